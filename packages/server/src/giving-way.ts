type Step = () => void;

/** With checks about: what a check then waits for is one step. */
const FEW_A_TURN = 1;
/** Without: more, because every turn of the loop costs something by itself; it takes about a millisecond. */
const MANY_A_TURN = 16;
/** So many turns without a check mean that none are about. */
const CALM_TURNS = 64;
/** Where every turn brings checks, as when they come at full rate, so many pass before one of them takes a step too. */
const LEFT_TO_CHECKS = 3;

/** Work that gives way to checks: some of it in each turn of the event loop, in the order in which it came. */
export class GivingWay {
  readonly #steps: Step[] = [];
  #turnsSinceCheck = CALM_TURNS;
  #left = 0;

  /** `step` must not throw. */
  add(step: Step): void {
    if (this.#steps.push(step) === 1) setImmediate(() => this.#next());
  }

  /** Runs `step` now, or with checks about behind all that is there: what it serves can gather meanwhile. */
  gather(step: Step): void {
    if (this.#isCalm()) step();
    else this.add(step);
  }

  /** A check has come. */
  checked(): void {
    this.#turnsSinceCheck = 0;
  }

  #isCalm(): boolean {
    return this.#turnsSinceCheck >= CALM_TURNS;
  }

  #next(): void {
    const due = this.#steps.splice(0, this.#room());
    this.#turnsSinceCheck++;
    if (this.#steps.length > 0) setImmediate(() => this.#next());
    for (const step of due) step();
  }

  /** How many steps there is room for in this turn. */
  #room(): number {
    if (this.#isCalm()) return MANY_A_TURN;
    const bringsChecks = this.#turnsSinceCheck === 0;
    if (bringsChecks && this.#left < LEFT_TO_CHECKS) {
      this.#left++;
      return 0;
    }
    this.#left = 0;
    return FEW_A_TURN;
  }
}

type Step = () => void;

/** With checks about: what a check then waits for is one step. */
const FEW_A_TURN = 1;
/** Without: more, because every turn of the loop costs something by itself; it takes about a millisecond. */
const MANY_A_TURN = 16;
/** So many turns without a check mean that none are about. */
const CALM_TURNS = 64;

/** Work that gives way to checks: some of it in each turn of the event loop, in the order in which it came. */
export class GivingWay {
  readonly #steps: Step[] = [];
  #turnsSinceCheck = 0;

  /** `step` must not throw. */
  add(step: Step): void {
    if (this.#steps.push(step) === 1) setImmediate(() => this.#next());
  }

  /** A check has come. */
  checked(): void {
    this.#turnsSinceCheck = 0;
  }

  #next(): void {
    const calm = this.#turnsSinceCheck >= CALM_TURNS;
    const due = this.#steps.splice(0, calm ? MANY_A_TURN : FEW_A_TURN);
    this.#turnsSinceCheck++;
    if (this.#steps.length > 0) setImmediate(() => this.#next());
    for (const step of due) step();
  }
}

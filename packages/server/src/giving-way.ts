type Step = () => void;

/** With checks about: what a check then waits for is one step. */
const FEW_A_TURN = 1;
/** Without: more, because every turn of the loop costs something by itself; it takes about a millisecond. */
const MANY_A_TURN = 16;
/** So many turns without a check mean that none are about. */
const CALM_TURNS = 64;
/** Where every turn brings checks, as when they come at full rate, one step for each of so many milliseconds. */
const MS_A_STEP = 1.5;

/** Work that gives way to checks: some of it in each turn of the event loop, in the order in which it came. */
export class GivingWay {
  readonly #steps: Step[] = [];
  #turnsSinceCheck = CALM_TURNS;
  /** Up to when the time has been spent on steps. */
  #spent = 0;
  readonly #now: () => number;

  /** `now` is a clock in milliseconds that is never set. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Another line, which has turns of its own and is to be told of checks too. */
  beside(): GivingWay {
    return new GivingWay(this.#now);
  }

  /** `step` must not throw. */
  add(step: Step): void {
    if (this.#steps.push(step) > 1) return;
    // Time in which nothing waited is nobody's.
    this.#spent = Math.max(this.#spent, this.#now() - MS_A_STEP);
    setImmediate(() => this.#next());
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
    const due = Math.floor((this.#now() - this.#spent) / MS_A_STEP);
    this.#spent += due * MS_A_STEP;
    // A turn that is long holds many checks, and its steps are a small part of it.
    return bringsChecks ? Math.min(due, MANY_A_TURN) : FEW_A_TURN;
  }
}

/** Gives false where it found nothing to do. */
type Step = () => unknown;

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
  /** Whether a turn is to come. */
  #goesOn = false;
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
    this.#steps.push(step);
    if (this.#goesOn) return;
    // Time in which nothing waited is nobody's.
    this.#spent = Math.max(this.#spent, this.#now() - MS_A_STEP);
    this.#goOn();
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

  #goOn(): void {
    this.#goesOn = this.#steps.length > 0;
    if (this.#goesOn) setImmediate(() => this.#next());
  }

  #next(): void {
    let room = this.#room();
    this.#turnsSinceCheck++;
    // What a step adds has a turn of its own.
    for (let there = this.#steps.length; there > 0 && room > 0; there--) {
      const step = this.#steps.shift() as Step;
      if (step() !== false) room--;
    }
    this.#goOn();
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

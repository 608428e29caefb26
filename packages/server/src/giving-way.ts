/** Gives false where it found nothing to do. */
type Step = () => unknown;

/** Without checks: not one alone, because every turn of the loop costs something by itself; it takes about a millisecond. */
const MANY_A_TURN = 16;
/** With checks about, but none in this turn: what a check then waits for is no more than this. */
const FEW_A_TURN = 4;
/** So many milliseconds without a check mean that none are about. */
const CALM_MS = 20;
/** The time for a step with checks about, in milliseconds: much in a turn that brings some, as all do at full rate. */
const MS_A_STEP = { beside: 1.5, between: 0.25 } as const;
const REST_MS = 1;

/** Work that gives way to checks: some of it in each turn of the event loop, in the order in which it came. */
export class GivingWay {
  readonly #steps: Step[] = [];
  readonly #now: () => number;
  readonly #rest: (run: () => void) => void;
  /** Whether a turn is to come. */
  #goesOn = false;
  /** Whether a check has come since the last turn. */
  #checked = false;
  #lastCheck = Number.NEGATIVE_INFINITY;
  /** Up to when the time has been spent on steps. */
  #spent = 0;

  /** `now` is a clock in milliseconds that is never set; `rest` runs something a moment later. */
  constructor(now: () => number, rest: (run: () => void) => void = (run) => void setTimeout(run, REST_MS)) {
    this.#now = now;
    this.#rest = rest;
  }

  /** Another line, which has turns of its own and is to be told of checks too. */
  beside(): GivingWay {
    return new GivingWay(this.#now, this.#rest);
  }

  /** `step` must not throw. */
  add(step: Step): void {
    this.#steps.push(step);
    if (this.#goesOn) return;
    // Time in which nothing waited is nobody's.
    this.#spent = Math.max(this.#spent, this.#now() - MS_A_STEP.beside);
    this.#goOn(false);
  }

  /** Runs `step` now, or with checks about behind all that is there: what it serves can gather meanwhile. */
  gather(step: Step): void {
    if (!this.#checked && this.#isCalm(this.#now())) step();
    else this.add(step);
  }

  /** A check has come. */
  checked(): void {
    this.#checked = true;
  }

  #isCalm(now: number): boolean {
    return now - this.#lastCheck >= CALM_MS;
  }

  #goOn(rests: boolean): void {
    this.#goesOn = this.#steps.length > 0;
    if (!this.#goesOn) return;
    if (rests) this.#rest(() => this.#next());
    else setImmediate(() => this.#next());
  }

  #next(): void {
    const now = this.#now();
    const bringsChecks = this.#checked;
    this.#checked = false;
    if (bringsChecks) this.#lastCheck = now;
    const most = this.#roomFor(now, bringsChecks);
    let room = most;
    // What a step adds has a turn of its own.
    for (let there = this.#steps.length; there > 0 && room > 0; there--) {
      const step = this.#steps.shift() as Step;
      if (step() !== false) room--;
    }
    // One turn after another with nothing to do would take a core from others.
    this.#goOn(most === 0 && !bringsChecks);
  }

  /** How many steps there is room for in this turn. */
  #roomFor(now: number, bringsChecks: boolean): number {
    if (this.#isCalm(now)) {
      this.#spent = now;
      return MANY_A_TURN;
    }
    const ms = bringsChecks ? MS_A_STEP.beside : MS_A_STEP.between;
    const due = Math.floor((now - this.#spent) / ms);
    this.#spent += due * ms;
    // A turn that is long holds many checks, and its steps are a small part of it.
    return Math.min(due, bringsChecks ? MANY_A_TURN : FEW_A_TURN);
  }
}

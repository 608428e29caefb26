type Step = () => void;

/**
 * Work that gives way to checks: one step of it in each turn of the event loop, in the order in which it came. A
 * check that arrives in the meantime waits for one step, not for all of them.
 */
export class GivingWay {
  readonly #steps: Step[] = [];

  /** `step` must not throw. */
  add(step: Step): void {
    if (this.#steps.push(step) === 1) setImmediate(() => this.#next());
  }

  #next(): void {
    const step = this.#steps.shift();
    if (this.#steps.length > 0) setImmediate(() => this.#next());
    step?.();
  }
}

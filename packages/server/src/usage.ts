import type { TokenId } from '@hallpass/core/id';
import type { Use } from './store/store.ts';

const RING = 1 << 14;

/**
 * Who was let in, gathered in memory: noting a use is two stores into arrays, and the names behind the
 * references are looked up later, for many at once. What was not flushed when a process dies is lost.
 */
export class Usage {
  readonly #idOf: (ref: number) => TokenId;
  readonly #refs = new Uint32Array(RING);
  readonly #times = new Float64Array(RING);
  #noted = 0;
  #uses = new Map<TokenId, number>();

  constructor(idOf: (ref: number) => TokenId) {
    this.#idOf = idOf;
  }

  /** `now` in milliseconds since the epoch. */
  note(ref: number, now: number): void {
    if (this.#noted === RING) this.settle();
    this.#refs[this.#noted] = ref;
    this.#times[this.#noted++] = now;
  }

  /** Turns references into token ids. Due before the table changes, because it may reuse a reference. */
  settle(): void {
    const last = new Map<number, number>();
    for (let i = 0; i < this.#noted; i++) last.set(this.#refs[i] as number, this.#times[i] as number);
    this.#noted = 0;
    for (const [ref, time] of last) this.#uses.set(this.#idOf(ref), time);
  }

  /** Hands over what has gathered since the last call. */
  take(): Use[] {
    this.settle();
    const uses = [...this.#uses].map(([id, lastUsedAt]) => ({ id, lastUsedAt }));
    this.#uses = new Map();
    return uses;
  }

  /** Takes back what could not be stored, unless something newer is known by now. */
  giveBack(uses: readonly Use[]): void {
    for (const { id, lastUsedAt } of uses) {
      if (!this.#uses.has(id)) this.#uses.set(id, lastUsedAt);
    }
  }
}

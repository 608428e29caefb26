import type { TokenId } from '@hallpass/core/id';
import { idAt } from '@hallpass/core/packed-id';
import type { Principal } from '@hallpass/core/principal';
import type { Use } from './store/store.ts';

const RING = 1 << 14;

/**
 * Who was let in, gathered in memory: noting a use is a few stores into arrays, and the ids are
 * brought together later, for many at once. What was not flushed when a process dies is lost.
 */
export class Usage {
  readonly #ids = new Int32Array(RING * 4);
  readonly #times = new Float64Array(RING);
  #noted = 0;
  #uses = new Map<TokenId, number>();

  /** `now` in milliseconds since the epoch. */
  note(principal: Principal, now: number): void {
    if (this.#noted === RING) this.settle();
    principal.writeId(this.#ids, this.#noted * 4);
    this.#times[this.#noted++] = now;
  }

  /** A use that was noted elsewhere: the latest counts. */
  merge(id: TokenId, lastUsedAt: number): void {
    if (lastUsedAt > (this.#uses.get(id) ?? 0)) this.#uses.set(id, lastUsedAt);
  }

  /** Turns what was noted into one time an id. */
  settle(): void {
    for (let i = 0; i < this.#noted; i++) this.merge(idAt(this.#ids, i * 4), this.#times[i] as number);
    this.#noted = 0;
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
    for (const { id, lastUsedAt } of uses) this.merge(id, lastUsedAt);
  }
}

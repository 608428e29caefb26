import type { TokenId } from '@hallpass/core/id';
import { idAt } from '@hallpass/core/packed-id';
import type { Principal } from '@hallpass/core/principal';
import { ID_WORDS } from '@hallpass/core/row';
import type { Use } from './store/store.ts';

const PLACES = 1 << 16;
/** Between two flushes; about 60 MB. Ids that a replica reports need not be of any token. */
const MOST_TOKENS = 1 << 18;

/**
 * Who was let in, gathered in memory: noting a use is a few stores into arrays, at a place that the token's id
 * chooses; who finds another there moves it on. What was not flushed when a process dies is lost.
 */
export class Usage {
  readonly #ids = new Int32Array(PLACES * ID_WORDS);
  /** 0 where the place is free. */
  readonly #times = new Float64Array(PLACES);
  readonly #own = new Int32Array(ID_WORDS);
  #uses = new Map<TokenId, number>();

  /** `now` in milliseconds since the epoch. */
  note(principal: Principal, now: number): void {
    const own = this.#own;
    const ids = this.#ids;
    principal.writeId(own, 0);
    const place = (own[ID_WORDS - 1] as number) & (PLACES - 1);
    const at = place * ID_WORDS;
    const isSame =
      ids[at] === own[0] && ids[at + 1] === own[1] && ids[at + 2] === own[2] && ids[at + 3] === own[3];
    if (!isSame) {
      this.#moveOn(place);
      ids.set(own, at);
    }
    this.#times[place] = now;
  }

  #moveOn(place: number): void {
    const time = this.#times[place] as number;
    if (time === 0) return;
    this.merge(idAt(this.#ids, place * ID_WORDS), time);
    this.#times[place] = 0;
  }

  /** A use that was noted elsewhere: the latest counts. One token too many is let go. */
  merge(id: TokenId, lastUsedAt: number): void {
    const known = this.#uses.get(id) ?? 0;
    if (lastUsedAt > known && (known > 0 || this.#uses.size < MOST_TOKENS)) this.#uses.set(id, lastUsedAt);
  }

  /** Hands over what has gathered since the last call. */
  take(): Use[] {
    for (let place = 0; place < PLACES; place++) this.#moveOn(place);
    const uses = [...this.#uses].map(([id, lastUsedAt]) => ({ id, lastUsedAt }));
    this.#uses = new Map();
    return uses;
  }

  /** Takes back what could not be stored, unless something newer is known by now. */
  giveBack(uses: readonly Use[]): void {
    for (const { id, lastUsedAt } of uses) this.merge(id, lastUsedAt);
  }
}

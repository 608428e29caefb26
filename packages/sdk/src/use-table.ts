import type { TokenId } from '@hallpass/core/id';
import { idAt } from '@hallpass/core/packed-id';

/** A slot, side by side so that an addition reads one place in memory: id, count, and when last in two words. */
const ID_WORDS = 4;
const COUNT = 4;
const LAST_LOW = 5;
const LAST_HIGH = 6;
const SLOT = 8;
const MOST_COUNTED = 2 ** 31 - 1;
const SMALLEST = 1 << 10;
/** Half of the slots are used at most. */
export const MOST_TOKENS: number = 1 << 16;

export interface Use {
  readonly id: TokenId;
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly last: number;
}

/** Uses by token in one flat array, found by the random end of the id: adding makes no object and no text. */
export class UseTable {
  #slots: Int32Array;
  #size = 0;

  constructor(slots: number = SMALLEST) {
    this.#slots = new Int32Array(slots * SLOT);
  }

  get size(): number {
    return this.#size;
  }

  /** Adds uses of the token whose id is at `from`. A token that is one too many is let go. */
  add(id: Int32Array, from: number, count: number, last: number): void {
    let at = this.#find(id, from);
    if (this.#slots[at + COUNT] === 0) {
      if (this.#size === MOST_TOKENS) return;
      if (this.#size * 2 * SLOT >= this.#slots.length) {
        this.#grow();
        at = this.#find(id, from);
      }
      this.#size++;
      for (let i = 0; i < ID_WORDS; i++) this.#slots[at + i] = id[from + i] as number;
    }
    this.#slots[at + COUNT] = Math.min((this.#slots[at + COUNT] as number) + count, MOST_COUNTED);
    if (last <= this.#lastAt(at)) return;
    this.#slots[at + LAST_LOW] = last | 0;
    this.#slots[at + LAST_HIGH] = Math.floor(last / 2 ** 32);
  }

  /** Where the slot of an id begins, or the free one in which it belongs. */
  #find(id: Int32Array, from: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let at = (((id[from + 3] as number) ^ (id[from + 2] as number)) * SLOT) & mask;
    while (slots[at + COUNT] !== 0 && !this.#isAt(at, id, from)) at = (at + SLOT) & mask;
    return at;
  }

  #isAt(at: number, id: Int32Array, from: number): boolean {
    const slots = this.#slots;
    return (
      slots[at + 3] === id[from + 3] &&
      slots[at + 2] === id[from + 2] &&
      slots[at + 1] === id[from + 1] &&
      slots[at] === id[from]
    );
  }

  #lastAt(at: number): number {
    return (this.#slots[at + LAST_HIGH] as number) * 2 ** 32 + ((this.#slots[at + LAST_LOW] as number) >>> 0);
  }

  #grow(): void {
    const larger = new UseTable((this.#slots.length / SLOT) * 2);
    for (let at = 0; at < this.#slots.length; at += SLOT) {
      const count = this.#slots[at + COUNT] as number;
      if (count > 0) larger.add(this.#slots, at, count, this.#lastAt(at));
    }
    this.#slots = larger.#slots;
  }

  *entries(): Generator<Use, void, undefined> {
    for (let at = 0; at < this.#slots.length; at += SLOT) {
      const count = this.#slots[at + COUNT] as number;
      if (count > 0) yield { id: idAt(this.#slots, at), count, last: this.#lastAt(at) };
    }
  }
}

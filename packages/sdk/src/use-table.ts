import type { TokenId } from '@hallpass/core/id';
import { idAt } from '@hallpass/core/packed-id';

/** What uses are told apart by: the four words of the token's id, and one of its value. */
export const KEY_WORDS = 5;
const VALUE = 4;
/** A slot, side by side so that an addition reads one place in memory: key, count, and when last in two words. */
const COUNT = 5;
const LAST_LOW = 6;
const LAST_HIGH = 7;
const SLOT = 8;
const MOST_COUNTED = 2 ** 31 - 1;
const SMALLEST = 1 << 10;
/** Half of the slots are used at most. */
export const MOST_TOKENS: number = 1 << 16;

export interface Use {
  readonly id: TokenId;
  /** 32 bits that tell the token's values apart. */
  readonly value: number;
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly last: number;
}

/** Uses by value of a token in one flat array, found by the random end of the id: adding makes no object and no text. */
export class UseTable {
  #slots: Int32Array;
  #size = 0;

  constructor(slots: number = SMALLEST) {
    this.#slots = new Int32Array(slots * SLOT);
  }

  get size(): number {
    return this.#size;
  }

  /** Adds uses of the value whose key is at `from`. One that is one too many is let go. */
  add(key: Int32Array, from: number, count: number, last: number): void {
    let at = this.#find(key, from);
    if (this.#slots[at + COUNT] === 0) {
      if (this.#size === MOST_TOKENS) return;
      if (this.#size * 2 * SLOT >= this.#slots.length) {
        this.#grow();
        at = this.#find(key, from);
      }
      this.#size++;
      for (let i = 0; i < KEY_WORDS; i++) this.#slots[at + i] = key[from + i] as number;
    }
    this.#slots[at + COUNT] = Math.min((this.#slots[at + COUNT] as number) + count, MOST_COUNTED);
    if (last <= this.#lastAt(at)) return;
    this.#slots[at + LAST_LOW] = last | 0;
    this.#slots[at + LAST_HIGH] = Math.floor(last / 2 ** 32);
  }

  /** Where the slot of a key begins, or the free one in which it belongs. */
  #find(key: Int32Array, from: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let at = (((key[from + 3] as number) ^ (key[from + 2] as number)) * SLOT) & mask;
    while (slots[at + COUNT] !== 0 && !this.#isAt(at, key, from)) at = (at + SLOT) & mask;
    return at;
  }

  #isAt(at: number, key: Int32Array, from: number): boolean {
    const slots = this.#slots;
    return (
      slots[at + 3] === key[from + 3] &&
      slots[at + 2] === key[from + 2] &&
      slots[at + 1] === key[from + 1] &&
      slots[at] === key[from] &&
      slots[at + VALUE] === key[from + VALUE]
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
      if (count === 0) continue;
      const value = (this.#slots[at + VALUE] as number) >>> 0;
      yield { id: idAt(this.#slots, at), value, count, last: this.#lastAt(at) };
    }
  }
}

import type { TokenId } from '@hallpass/core/id';
import { idAt } from '@hallpass/core/packed-id';

const ID_WORDS = 4;
const SMALLEST = 1 << 10;
/** Half of the slots are used at most. */
export const MOST_TOKENS: number = 1 << 16;

export interface Use {
  readonly id: TokenId;
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly last: number;
}

/** Uses by token in flat arrays, found by the random end of the id: adding makes no object and no text. */
export class UseTable {
  #ids: Int32Array;
  #counts: Float64Array;
  #lasts: Float64Array;
  #slots: number;
  #size = 0;

  constructor(slots: number = SMALLEST) {
    this.#slots = slots;
    this.#ids = new Int32Array(slots * ID_WORDS);
    this.#counts = new Float64Array(slots);
    this.#lasts = new Float64Array(slots);
  }

  get size(): number {
    return this.#size;
  }

  /** Adds uses of the token whose id is at `from`. A token that is one too many is let go. */
  add(id: Int32Array, from: number, count: number, last: number): void {
    const slot = this.#find(id, from);
    if (this.#counts[slot] === 0) {
      if (this.#size === MOST_TOKENS) return;
      if (this.#size * 2 >= this.#slots) {
        this.#grow();
        this.add(id, from, count, last);
        return;
      }
      this.#size++;
      for (let i = 0; i < ID_WORDS; i++) this.#ids[slot * ID_WORDS + i] = id[from + i] as number;
    }
    this.#counts[slot] = (this.#counts[slot] as number) + count;
    if (last > (this.#lasts[slot] as number)) this.#lasts[slot] = last;
  }

  /** The slot of an id, or the free one in which it belongs. */
  #find(id: Int32Array, from: number): number {
    const mask = this.#slots - 1;
    let slot = ((id[from + 3] as number) ^ (id[from + 2] as number)) & mask;
    while (this.#counts[slot] !== 0 && !this.#isAt(slot, id, from)) slot = (slot + 1) & mask;
    return slot;
  }

  #isAt(slot: number, id: Int32Array, from: number): boolean {
    const at = slot * ID_WORDS;
    const ids = this.#ids;
    return (
      ids[at + 3] === id[from + 3] &&
      ids[at + 2] === id[from + 2] &&
      ids[at + 1] === id[from + 1] &&
      ids[at] === id[from]
    );
  }

  #grow(): void {
    const larger = new UseTable(this.#slots * 2);
    for (let slot = 0; slot < this.#slots; slot++) {
      const count = this.#counts[slot] as number;
      if (count > 0) larger.add(this.#ids, slot * ID_WORDS, count, this.#lasts[slot] as number);
    }
    this.#ids = larger.#ids;
    this.#counts = larger.#counts;
    this.#lasts = larger.#lasts;
    this.#slots = larger.#slots;
  }

  *entries(): Generator<Use, void, undefined> {
    for (let slot = 0; slot < this.#slots; slot++) {
      const count = this.#counts[slot] as number;
      if (count > 0) yield { id: idAt(this.#ids, slot * ID_WORDS), count, last: this.#lasts[slot] as number };
    }
  }
}

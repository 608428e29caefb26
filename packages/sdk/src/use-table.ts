import type { TokenId } from '@hallpass/core/id';
import { idAt } from '@hallpass/core/packed-id';

/** What uses are told apart by: the four words of the token's id, and one of its value. */
export const KEY_WORDS = 5;
const VALUE = 4;
/** An entry, side by side so that an addition reads one place in memory: key, count, and when last in two words. */
const COUNT = 5;
const LAST_LOW = 6;
const LAST_HIGH = 7;
const ENTRY = 8;
const MOST_COUNTED = 2 ** 31 - 1;
const SMALLEST = 1 << 9;
export const MOST_TOKENS: number = 1 << 16;

export interface Use {
  readonly id: TokenId;
  /** 32 bits that tell the token's values apart. */
  readonly value: number;
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly last: number;
}

function hashOf(words: Int32Array, at: number): number {
  return (words[at + 3] as number) ^ (words[at + 2] as number);
}

function copyOf(words: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(length);
  copy.set(words);
  return copy;
}

/**
 * Uses by value of a token: entries in the order in which they came, and a small index that finds them by the random
 * end of the id. Adding makes no object and no text, and growing moves the index alone.
 */
export class UseTable {
  #entries = new Int32Array(SMALLEST * ENTRY);
  /** The number of an entry and 1 more, or 0; half of the places are taken at most. */
  #index = new Int32Array(SMALLEST * 2);
  #found = new Int32Array(0);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /**
   * Adds a use of each of `count` values, whose keys lie one behind the other, at its time. One look-up waits for
   * memory far away, many of them wait together: so all are begun before one is ended.
   */
  addAll(keys: Int32Array, times: Float64Array, count: number): void {
    const found = this.#found.length < count ? new Int32Array(count) : this.#found;
    this.#found = found;
    const index = this.#index;
    const mask = index.length - 1;
    for (let i = 0; i < count; i++) found[i] = index[hashOf(keys, i * KEY_WORDS) & mask] as number;
    for (let i = 0; i < count; i++) {
      const number = found[i] as number;
      const at = (number - 1) * ENTRY;
      if (number !== 0 && this.#isOf(at, keys, i * KEY_WORDS)) this.#count(at, times[i] as number);
      else this.#add(keys, i * KEY_WORDS, times[i] as number);
    }
  }

  #count(at: number, last: number): void {
    const entries = this.#entries;
    if ((entries[at + COUNT] as number) < MOST_COUNTED)
      entries[at + COUNT] = (entries[at + COUNT] as number) + 1;
    if (last > this.#lastAt(at)) this.#noteLast(at, last);
  }

  /** One that is one too many is let go. */
  #add(key: Int32Array, from: number, last: number): void {
    const mask = this.#index.length - 1;
    let place = hashOf(key, from) & mask;
    let number = this.#index[place] as number;
    while (number !== 0 && !this.#isOf((number - 1) * ENTRY, key, from)) {
      place = (place + 1) & mask;
      number = this.#index[place] as number;
    }
    if (number === 0) this.#insert(place, key, from, last);
    else this.#count((number - 1) * ENTRY, last);
  }

  #insert(place: number, key: Int32Array, from: number, last: number): void {
    if (this.#size === MOST_TOKENS) return;
    if (this.#size * ENTRY === this.#entries.length) {
      this.#grow();
      this.#add(key, from, last);
      return;
    }
    const at = this.#size++ * ENTRY;
    this.#index[place] = this.#size;
    for (let i = 0; i < KEY_WORDS; i++) this.#entries[at + i] = key[from + i] as number;
    this.#entries[at + COUNT] = 1;
    this.#noteLast(at, last);
  }

  #isOf(at: number, key: Int32Array, from: number): boolean {
    const entries = this.#entries;
    return (
      entries[at + 3] === key[from + 3] &&
      entries[at + 2] === key[from + 2] &&
      entries[at + 1] === key[from + 1] &&
      entries[at] === key[from] &&
      entries[at + VALUE] === key[from + VALUE]
    );
  }

  #lastAt(at: number): number {
    return (
      (this.#entries[at + LAST_HIGH] as number) * 2 ** 32 + ((this.#entries[at + LAST_LOW] as number) >>> 0)
    );
  }

  #noteLast(at: number, last: number): void {
    this.#entries[at + LAST_LOW] = last | 0;
    this.#entries[at + LAST_HIGH] = Math.floor(last / 2 ** 32);
  }

  #grow(): void {
    this.#entries = copyOf(this.#entries, this.#entries.length * 2);
    const index = new Int32Array(this.#index.length * 2);
    const mask = index.length - 1;
    for (let number = 1; number <= this.#size; number++) {
      let place = hashOf(this.#entries, (number - 1) * ENTRY) & mask;
      while (index[place] !== 0) place = (place + 1) & mask;
      index[place] = number;
    }
    this.#index = index;
  }

  /** Hands over the uses in the order in which their tokens came. */
  *entries(): Generator<Use, void, undefined> {
    for (let at = 0; at < this.#size * ENTRY; at += ENTRY) {
      const value = (this.#entries[at + VALUE] as number) >>> 0;
      yield {
        id: idAt(this.#entries, at),
        value,
        count: this.#entries[at + COUNT] as number,
        last: this.#lastAt(at),
      };
    }
  }

  /** Empties it, and keeps its memory for the next ones. */
  clear(): void {
    this.#index.fill(0);
    this.#size = 0;
  }
}

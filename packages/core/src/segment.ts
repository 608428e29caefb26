import { DIGEST_WORDS, KEY, ROW, TAKEN, TERMS_HIGH } from './row.ts';

const SMALLEST = 8;
const SLACK = 24;
const FULL = 0.85;
const SPARSE = 0.35;
const GROWTH = 1.1;

/**
 * The words of a SHA-256 digest, signed 32-bit integers. The first five are used: 160 bits tell tokens apart,
 * and a sixth is never compared.
 */
export type Words = Int32Array;

function isAt(rows: Int32Array, at: number, words: Words): boolean {
  return (
    rows[at] === words[0] &&
    rows[at + 2] === words[2] &&
    rows[at + 3] === words[3] &&
    rows[at + 4] === words[4] &&
    rows[at + TERMS_HIGH] !== 0
  );
}

/**
 * One part of the token table: open addressing over one typed array, probed linearly, its rows in the order
 * of their key (the digest's second word). The order lets a search for what is not there stop as early as one
 * that finds, so the array may be 85 % full. Nothing wraps around: rows that overflow the last slot live in a
 * slack behind it, which becomes longer when chosen digests crowd there.
 */
export class Segment {
  rows: Int32Array;
  #capacity: number;
  #scale: number;
  #count = 0;

  constructor(capacity: number = SMALLEST) {
    this.#capacity = capacity;
    this.#scale = capacity / 2 ** 32;
    this.rows = new Int32Array((capacity + SLACK) * ROW);
  }

  get count(): number {
    return this.#count;
  }

  /** The index in `rows` at which the digest's row starts, or -1. */
  find(words: Words): number {
    const rows = this.rows;
    const w1 = words[KEY] as number;
    const key = w1 >>> 0;
    let at = ((key * this.#scale) | 0) * ROW;
    while (at < rows.length) {
      const other = rows[at + KEY] as number;
      if (other === w1) {
        if (isAt(rows, at, words)) return at;
      } else if (other >>> 0 > key) return -1;
      if (other === 0 && rows[at + TERMS_HIGH] === 0) return -1;
      at += ROW;
    }
    return -1;
  }

  /** Makes a row for a digest that is not in here, and returns where it starts; its terms are still to be written. */
  insert(words: Words): number {
    if (this.#count + 1 > this.#capacity * FULL) this.#resize(Math.ceil(this.#capacity * GROWTH) + 1);
    else if (this.rows[this.rows.length - ROW + TERMS_HIGH] !== 0) this.#resize(this.#capacity);
    const at = this.#open(words[KEY] as number);
    for (let i = 0; i < DIGEST_WORDS; i++) this.rows[at + i] = words[i] as number;
    this.rows[at + TERMS_HIGH] = TAKEN;
    this.#count++;
    return at;
  }

  /** Takes out the row that starts at `at` and closes the gap, so that no search is cut short by it. */
  remove(at: number): void {
    const rows = this.rows;
    let end = at + ROW;
    while (end < rows.length && rows[end + TERMS_HIGH] !== 0 && this.#home(rows[end + KEY] as number) < end)
      end += ROW;
    rows.copyWithin(at, at + ROW, end);
    rows.fill(0, end - ROW, end);
    this.#count--;
    if (this.#capacity > SMALLEST && this.#count < this.#capacity * SPARSE) {
      this.#resize(Math.max(SMALLEST, Math.ceil((this.#count / FULL) * GROWTH)));
    }
  }

  /** Sizes the array for `count` rows, once, instead of growing to it step by step. */
  reserve(count: number): void {
    const capacity = Math.ceil(count / FULL) + 1;
    if (capacity > this.#capacity) this.#resize(capacity);
  }

  /** Where a row with this key would like to start. */
  #home(key: number): number {
    return (((key >>> 0) * this.#scale) | 0) * ROW;
  }

  /** Shifts rows by one, up to the next empty row, so that the place that belongs to `key` is free and empty. */
  #open(key: number): number {
    const rows = this.rows;
    let at = this.#home(key);
    while (rows[at + TERMS_HIGH] !== 0 && (rows[at + KEY] as number) >>> 0 < key >>> 0) at += ROW;
    let end = at;
    while (rows[end + TERMS_HIGH] !== 0) end += ROW;
    if (end > at) {
      rows.copyWithin(at + ROW, at, end);
      rows.fill(0, at, at + ROW);
    }
    return at;
  }

  /** Lays the rows out anew over `capacity` slots, with a free slack behind the last one taken. */
  #resize(capacity: number): void {
    const old = this.rows;
    this.#capacity = capacity;
    this.#scale = capacity / 2 ** 32;
    const end = this.#layOut(old, undefined);
    this.rows = new Int32Array(Math.max(capacity * ROW, end) + SLACK * ROW);
    this.#layOut(old, this.rows);
  }

  /** Gives the rows of `old` their places, copies them `into` there if asked, and returns where the last one ends. */
  #layOut(old: Int32Array, into: Int32Array | undefined): number {
    let end = 0;
    for (let from = 0; from < old.length; from += ROW) {
      if (old[from + TERMS_HIGH] === 0) continue;
      const at = Math.max(end, this.#home(old[from + KEY] as number));
      if (into) for (let i = 0; i < ROW; i++) into[at + i] = old[from + i] as number;
      end = at + ROW;
    }
    return end;
  }
}

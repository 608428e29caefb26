/** 32-bit words a row: five of the digest, two of expiry and flags, one reference (0 marks an empty row). */
export const ROW = 8;
const REF = 7;

const SMALLEST = 8;
const SLACK = 24;
const FULL = 0.85;
const SPARSE = 0.35;
const GROWTH = 1.2;

/** The first five words of a SHA-256 digest: 160 bits tell tokens apart, and a sixth is never compared. */
export type Words = readonly [number, number, number, number, number];

/**
 * One part of the token table: open addressing over one typed array, probed linearly, its rows in the order
 * of their key. The order lets a search for what is not there stop as early as one that finds, so the array
 * may be 85 % full. Rows that overflow the last slot live in a slack behind it; nothing wraps around.
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

  /** The index in `rows` at which the digest's row starts, or -1. Words are signed 32-bit integers. */
  find(w0: number, w1: number, w2: number, w3: number, w4: number): number {
    const rows = this.rows;
    const key = w1 >>> 0;
    let at = ((key * this.#scale) | 0) * ROW;
    while (at < rows.length && rows[at + REF] !== 0) {
      const other = rows[at + 1] as number;
      if (other === w1) {
        if (rows[at] === w0 && rows[at + 2] === w2 && rows[at + 3] === w3 && rows[at + 4] === w4) return at;
      } else if (other >>> 0 > key) return -1;
      at += ROW;
    }
    return -1;
  }

  /** Makes room for a digest that is not in here, writes its words, and returns where its row starts. */
  insert(words: Words): number {
    if (this.#count + 1 > this.#capacity * FULL) this.#resize(Math.ceil(this.#capacity * GROWTH) + 1);
    for (;;) {
      const at = this.#open(words[1]);
      if (at !== -1) {
        this.rows.set(words, at);
        this.#count++;
        return at;
      }
      this.#resize(Math.ceil(this.#capacity * GROWTH) + 1);
    }
  }

  /** Takes out the row that starts at `at` and closes the gap, so that no search is cut short by it. */
  remove(at: number): void {
    const rows = this.rows;
    let end = at + ROW;
    while (end < rows.length && rows[end + REF] !== 0 && this.#home(end) < end) end += ROW;
    rows.copyWithin(at, at + ROW, end);
    rows.fill(0, end - ROW, end);
    this.#count--;
    if (this.#capacity > SMALLEST && this.#count < this.#capacity * SPARSE) {
      this.#resize(Math.max(SMALLEST, Math.ceil(this.#count / (FULL / GROWTH))));
    }
  }

  /** Sizes the array for `count` rows, once, instead of growing to it step by step. */
  reserve(count: number): void {
    const capacity = Math.ceil(count / FULL) + 1;
    if (capacity > this.#capacity) this.#resize(capacity);
  }

  #home(at: number): number {
    return ((((this.rows[at + 1] as number) >>> 0) * this.#scale) | 0) * ROW;
  }

  /** Shifts rows until the place that belongs to `key` is free; -1 when the slack is used up. */
  #open(key: number): number {
    const rows = this.rows;
    const unsigned = key >>> 0;
    let at = ((unsigned * this.#scale) | 0) * ROW;
    while (at < rows.length && rows[at + REF] !== 0 && (rows[at + 1] as number) >>> 0 < unsigned) at += ROW;
    let end = at;
    while (end < rows.length && rows[end + REF] !== 0) end += ROW;
    if (end === rows.length) return -1;
    rows.copyWithin(at + ROW, at, end);
    return at;
  }

  #resize(capacity: number): void {
    const old = this.rows;
    for (let size = capacity; ; size = Math.ceil(size * GROWTH)) {
      this.#capacity = size;
      this.#scale = size / 2 ** 32;
      this.rows = new Int32Array((size + SLACK) * ROW);
      if (this.#copySorted(old)) return;
    }
  }

  #copySorted(old: Int32Array): boolean {
    const rows = this.rows;
    let free = 0;
    for (let from = 0; from < old.length; from += ROW) {
      if (old[from + REF] === 0) continue;
      const home = ((((old[from + 1] as number) >>> 0) * this.#scale) | 0) * ROW;
      const at = Math.max(home, free);
      if (at === rows.length) return false;
      for (let i = 0; i < ROW; i++) rows[at + i] = old[from + i] as number;
      free = at + ROW;
    }
    return true;
  }
}

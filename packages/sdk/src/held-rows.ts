import type { Head } from '@hallpass/core/change';
import { formatPosition, samePosition } from '@hallpass/core/replica-position';

const PIECE_BYTES = 1 << 18;

interface Piece {
  readonly bytes: Buffer;
  used: number;
  /** Where each row begins. */
  readonly starts: number[];
  /** The revision of its first row. */
  readonly first: number;
}

/** Rows of a stream, one behind the other. They lie in pieces: a small row by itself takes several times its bytes. */
export class HeldRows {
  readonly #from: Head;
  readonly #pieces: Piece[] = [];
  #newest: number;

  /** They follow this place. */
  constructor(from: Head) {
    this.#from = from;
    this.#newest = from.revision;
  }

  /** The revision of the last row. */
  get newest(): number {
    return this.#newest;
  }

  /** How many pieces there are: each goes out as one. */
  get pieces(): number {
    return this.#pieces.length;
  }

  /** Bytes of memory. */
  get size(): number {
    return this.#pieces.length * PIECE_BYTES;
  }

  /** The next row, as it is written in a stream. */
  add(row: Uint8Array): void {
    this.#newest++;
    let last = this.#pieces.at(-1);
    if (!last || last.used + row.length > last.bytes.length) {
      const bytes = Buffer.alloc(Math.max(PIECE_BYTES, row.length));
      last = { bytes, used: 0, starts: [], first: this.#newest };
      this.#pieces.push(last);
    }
    last.starts.push(last.used);
    last.bytes.set(row, last.used);
    last.used += row.length;
  }

  /** Whether the stream came through this place. */
  passed(place: Head): boolean {
    if (place.revision === this.#from.revision) return samePosition(place, this.#from);
    const piece = this.#pieces.find(({ first, starts }) => place.revision < first + starts.length);
    if (!piece || place.revision < piece.first) return false;
    // A row says its place in a line of its own, and no other line of it can read like that.
    const [from, to] = this.#boundsOf(piece, place.revision);
    return piece.bytes.subarray(from, to).includes(`id: ${formatPosition(place)}\n`);
  }

  /** Lets go of the rows up to this revision. */
  dropTo(revision: number): void {
    while (this.#pieces[0] && this.#pieces[0].first <= revision) {
      const piece = this.#pieces.shift() as Piece;
      const gone = revision + 1 - piece.first;
      if (gone >= piece.starts.length) continue;
      const [, to] = this.#boundsOf(piece, revision);
      const bytes = piece.bytes.subarray(to);
      const starts = piece.starts.slice(gone).map((start) => start - to);
      this.#pieces.unshift({ bytes, used: piece.used - to, starts, first: revision + 1 });
    }
  }

  /** Takes the oldest rows out, as many as lie in one piece; undefined when there are none. */
  shift(): Uint8Array | undefined {
    const piece = this.#pieces.shift();
    return piece?.bytes.subarray(0, piece.used);
  }

  #boundsOf({ first, starts, used }: Piece, revision: number): [number, number] {
    const at = revision - first;
    return [starts[at] ?? used, starts[at + 1] ?? used];
  }
}

const ROW = /id: [^.\n]+\.(\d+)\.[0-9a-f]+\ndata: \{"kind":"token","at":(\d+)/g;

/** A change as a replica gets it. */
export interface ChangeRow {
  readonly revision: number;
  /** When it was ordered, in milliseconds since the epoch. */
  readonly ordered: number;
}

/** Rows that came in one piece, all of them in order. */
export interface Piece {
  readonly bytes: Buffer;
  /** The place before the first row, and that of the last. */
  readonly from: number;
  readonly to: number;
  readonly rows: readonly ChangeRow[];
}

/** What is known of the newest pieces: a thousand replicas get the same ones. */
const KNOWN = 8;

/** Pieces that came lately: whoever is at the same place and gets the very same bytes has got the same rows. */
export class Pieces {
  readonly #known: Piece[] = [];

  /** A piece with these bytes for a replica that is at this place. */
  find(bytes: Buffer, from: number): Piece | undefined {
    return this.#known.find((piece) => piece.from === from && piece.bytes.equals(bytes));
  }

  remember(piece: Piece): void {
    this.#known.unshift(piece);
    if (this.#known.length > KNOWN) this.#known.pop();
  }
}

/** What one replica has got. */
export class Reader {
  readonly #pieces: Pieces;
  #revision: number;
  #rest = '';
  /** Rows that did not follow on the one before. */
  lost = 0;
  greeted = false;

  constructor(pieces: Pieces, revision: number) {
    this.#pieces = pieces;
    this.#revision = revision;
  }

  /** The rows that came. The bytes are good for the length of the call. */
  read(bytes: Buffer): readonly ChangeRow[] {
    const known = this.#rest === '' ? this.#pieces.find(bytes, this.#revision) : undefined;
    if (known) {
      this.#revision = known.to;
      return known.rows;
    }
    const text = this.#rest + bytes.toString('latin1');
    const last = text.lastIndexOf('\n\n');
    const end = last === -1 ? 0 : last + 2;
    const { lost } = this;
    const from = this.#revision;
    const rows = [...text.slice(0, end).matchAll(ROW)].map(([, revision, at]) => this.#take(revision, at));
    if (!this.greeted) this.greeted = text.includes('event: hello');
    else if (text.length === bytes.length && end === text.length && this.lost === lost)
      this.#pieces.remember({ bytes: Buffer.from(bytes), from, to: this.#revision, rows });
    this.#rest = text.slice(end);
    return rows;
  }

  #take(revision: string | undefined, at: string | undefined): ChangeRow {
    if (Number(revision) !== this.#revision + 1) this.lost++;
    this.#revision = Number(revision);
    return { revision: this.#revision, ordered: Number(at) };
  }
}

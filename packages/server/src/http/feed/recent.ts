import { encodeChange } from '@hallpass/core/wire-feed';
import type { JournalEntry } from '../../store/store.ts';

const MOST = 8_192;

interface Row {
  readonly entry: JournalEntry;
  bytes: Uint8Array | undefined;
}

/** Rows that follow on one another, as they go over the wire. */
export interface Rows {
  readonly bytes: Uint8Array;
  readonly last: JournalEntry;
}

/** The newest rows of the journal. Each is encoded once, for all streams, when it is first sent. */
export class Recent {
  readonly #epoch: string;
  #rows: Row[] = [];

  constructor(epoch: string) {
    this.#epoch = epoch;
  }

  push(entries: readonly JournalEntry[]): void {
    for (const entry of entries) this.#rows.push({ entry, bytes: undefined });
    // Seldom, so that it costs little a row.
    if (this.#rows.length > 2 * MOST) this.#rows = this.#rows.slice(-MOST);
  }

  /** The rows behind a revision, at most `limit`; undefined where there are none, or they may not all be here. */
  behind(revision: number, limit: number): Rows | undefined {
    const first = this.#rows[0]?.entry.revision;
    if (first === undefined || revision < first - 1) return undefined;
    const start = revision - first + 1;
    const rows = this.#rows.slice(start, start + limit);
    const last = rows.at(-1);
    return last && { bytes: Buffer.concat(rows.map((row) => this.#encoded(row))), last: last.entry };
  }

  /** When the row with this revision was made; undefined when it is not here. */
  timeOf(revision: number): number | undefined {
    const first = this.#rows[0]?.entry.revision ?? 0;
    return this.#rows[revision - first]?.entry.at;
  }

  #encoded(row: Row): Uint8Array {
    row.bytes ??= encodeChange(this.#epoch, row.entry, row.entry.chain);
    return row.bytes;
  }
}

import type { Head } from '@hallpass/core/change';
import { encodeChange } from '@hallpass/core/wire-feed';
import type { JournalEntry, Place } from '../../store/store.ts';

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
  #head: Head;
  #rows: Row[] = [];

  constructor(head: Head) {
    this.#head = head;
  }

  /** The newest place, which live streams are given or will be: no commit was answered that is beyond it. */
  get head(): Head {
    return this.#head;
  }

  push(entries: readonly JournalEntry[]): void {
    for (const entry of entries) this.#rows.push({ entry, bytes: undefined });
    // Seldom, so that it costs little a row.
    if (this.#rows.length > 2 * MOST) this.#rows = this.#rows.slice(-MOST);
    const last = entries.at(-1);
    if (last) this.#head = { epoch: this.#head.epoch, revision: last.revision, chain: last.chain };
  }

  /** What the store says of the place with this revision; undefined where it is not known here. */
  find(revision: number): Place | undefined {
    const head = this.#head;
    const chain = revision === head.revision ? head.chain : this.#at(revision)?.entry.chain;
    return chain && { head, chain };
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
    return this.#at(revision)?.entry.at;
  }

  #at(revision: number): Row | undefined {
    const first = this.#rows[0]?.entry.revision ?? 0;
    return this.#rows[revision - first];
  }

  #encoded(row: Row): Uint8Array {
    row.bytes ??= encodeChange(this.#head.epoch, row.entry, row.entry.chain);
    return row.bytes;
  }
}

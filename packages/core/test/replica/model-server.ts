import { type Change, chain, FIRST_CHAIN, type Head } from '@hallpass/core/change';
import { digestOf } from '@hallpass/core/digest';
import type { TokenId } from '@hallpass/core/id';
import { packTokens } from '@hallpass/core/packed';
import { sameChain } from '@hallpass/core/replica-position';
import { SnapshotEncoder } from '@hallpass/core/replica-snapshot';
import type { TableEntry } from '@hallpass/core/token-table';
import { encodeChange, encodeFrame, type Reset } from '@hallpass/core/wire-feed';

interface Row {
  readonly change: Change;
  readonly chain: Uint8Array;
}

/** Well-formed values and ids, a handful: steps shall meet. */
export const VALUES: readonly string[] = ['a', 'b', 'c', 'd', 'e', 'f'];

/** Two values belong to the same token: one of them is its former one. */
export function entryOf(n: number, write: boolean): TableEntry {
  return {
    digest: digestOf(VALUES[n] as string),
    id: `tok_0000000000000000000000000${n >> 1}` as TokenId,
    name: `n${n >> 1}`,
    expiresAt: null,
    active: true,
    write,
  };
}

/** A server in few words: a journal that can be trimmed, restored, and lost in part. */
export class ModelServer {
  rows: Row[] = [];
  epoch = 'e0';
  kept = 0;
  time = 1_800_000_000_000;
  #epochs = 0;

  get head(): Head {
    return { epoch: this.epoch, revision: this.rows.length, chain: this.chainAt(this.rows.length) };
  }

  chainAt(revision: number): Uint8Array {
    return revision === 0 ? FIRST_CHAIN : (this.rows[revision - 1] as Row).chain;
  }

  /** The tokens at a revision, by digest. */
  tableAt(revision: number): Map<string, TableEntry> {
    const table = new Map<string, TableEntry>();
    for (const { change } of this.rows.slice(0, revision)) {
      if (change.kind === 'token') table.set(change.token.digest, change.token);
      if (change.kind === 'token_removed') table.delete(change.token.digest);
    }
    return table;
  }

  commit(make: (place: { revision: number; at: number }) => Change): void {
    const change = make({ revision: this.rows.length + 1, at: this.time });
    this.rows.push({ change, chain: chain(this.chainAt(this.rows.length), change) });
  }

  /** A backup comes back: fewer rows, another epoch. */
  restore(revision: number): void {
    this.rows.length = Math.min(revision, this.rows.length);
    this.epoch = `e${++this.#epochs}`;
    this.kept = Math.min(this.kept, this.rows.length);
  }

  /** The newest rows are lost and nobody notices: the epoch stays. */
  lose(count: number): void {
    this.rows.length = Math.max(0, this.rows.length - count);
    this.kept = Math.min(this.kept, this.rows.length);
  }

  trim(): void {
    this.kept = this.rows.length;
  }

  snapshot(): Uint8Array[] {
    const encoder = new SnapshotEncoder();
    const entries = [...this.tableAt(this.rows.length).values()];
    const start = encoder.start({ time: this.time, count: entries.length });
    const batches = entries.flatMap((entry) => encoder.batch(packTokens([entry])));
    return [start, ...batches, encoder.end(this.head)];
  }

  resetFor(from: Head): Reset | undefined {
    if (from.epoch !== this.epoch) return 'epoch';
    if (from.revision > this.rows.length) return 'ahead';
    if (from.revision < this.kept) return 'trimmed';
    return sameChain(from.chain, this.chainAt(from.revision)) ? undefined : 'chain';
  }

  hello(from: Head): Uint8Array {
    const { time } = this;
    const head = this.rows.length;
    const reset = this.resetFor(from);
    if (reset) return encodeFrame({ kind: 'reset', reason: reset });
    return encodeFrame({ kind: 'hello', position: from, time, head, replica: 'r1' });
  }

  tail(after: number): Uint8Array[] {
    return this.rows.slice(after).map((row) => encodeChange(this.epoch, row.change, row.chain));
  }

  heartbeat(): Uint8Array {
    return encodeFrame({ kind: 'heartbeat', position: this.head, time: this.time, head: this.rows.length });
  }
}

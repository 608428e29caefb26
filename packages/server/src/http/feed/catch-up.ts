import { setImmediate } from 'node:timers/promises';
import type { Clock } from '@hallpass/core/clock';
import { encodeChange, encodeFrame } from '@hallpass/core/wire-feed';
import type { JournalEntry, Store } from '../../store/store.ts';
import type { Recent, Rows } from './recent.ts';
import type { Stream } from './stream.ts';

const PAGE = 200;

export interface Source {
  readonly store: Pick<Store, 'listChanges'>;
  readonly recent: Recent;
  readonly clock: Clock;
}

/**
 * Brings a stream to where the live ones are, and makes it one of them in the same turn, so that nothing comes
 * between. Rows that memory no longer has are read from the journal.
 */
export async function catchUp(stream: Stream, source: Source): Promise<void> {
  const { recent, clock } = source;
  const hasAll = () => stream.place.revision >= recent.head.revision;
  while (!stream.ended && !hasAll()) {
    const { epoch, revision } = stream.place;
    const rows = recent.behind(revision, PAGE) ?? (await readRows(stream, source));
    if (rows === 'trimmed') {
      stream.end('reset', encodeFrame({ kind: 'reset', reason: 'trimmed' }));
      return;
    }
    if (rows) stream.advance(rows.bytes, { epoch, revision: rows.last.revision, chain: rows.last.chain });
    if (hasAll()) break;
    await stream.drained(clock());
    // Checks have their turn, however many catch up.
    await setImmediate();
  }
  stream.live = !stream.ended;
}

/** The next rows in the journal; `trimmed` where they do not follow on what was sent. */
async function readRows(
  { place: { epoch, revision } }: Stream,
  { store }: Source,
): Promise<Rows | 'trimmed' | undefined> {
  const entries = await store.listChanges(revision, PAGE);
  const last = entries.at(-1);
  if (!last) return undefined;
  if (entries[0]?.revision !== revision + 1) return 'trimmed';
  return { bytes: Buffer.concat(entries.map((entry) => frameOf(epoch, entry))), last };
}

function frameOf(epoch: string, entry: JournalEntry): Uint8Array {
  return encodeChange(epoch, entry, entry.chain);
}

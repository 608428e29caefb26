import { existsSync, writeFileSync } from 'node:fs';
import type { AuditDraft } from '@hallpass/core/audit';
import { DatabaseSync } from '@photostructure/sqlite';
import { commitGroup } from '../sql/commit.ts';
import { renewEpoch } from '../sql/head.ts';
import { readMeta } from '../sql/meta.ts';
import { StoreError } from '../store.ts';
import { copyInto, examine } from './backup.ts';
import { type Revived, revivedBy } from './comparison.ts';
import { markOf, upgrade } from './database.ts';
import { queriesOver } from './dialect.ts';
import type { Contents } from './history.ts';
import { inspect } from './inspection.ts';
import { Lock } from './lock.ts';
import { asideOf, moveDatabase, place, removeAside, SIDES, startAside } from './placing.ts';

export interface RestoreOrder {
  readonly backup: string;
  /** Where the database stands or is to stand; its folder exists. */
  readonly file: string;
  /** Whether a database that stands there may be moved aside. */
  readonly over: boolean;
  /** The name of the history from here on. */
  readonly epoch: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface Restored {
  /** False where a database stands and may not be moved: everything was checked, and nothing done. */
  readonly done: boolean;
  readonly contents: Contents;
  /** What is let in again, or for longer than by the database that stood there; null where none could be read. */
  readonly revived: readonly Revived[] | null;
  /** Where the database that stood there is now. */
  readonly aside: string | null;
  /** Tells which secret key seals the values in it. */
  readonly keyCheck: string | null;
}

function auditOf(now: number, { contents, revived }: Pick<Restored, 'contents' | 'revived'>): AuditDraft {
  return {
    at: now,
    actor: 'system',
    actorId: null,
    action: 'store.restore',
    targetId: null,
    targetName: null,
    outcome: 'done',
    address: null,
    requestId: null,
    detail: { revision: contents.revision, revived: revived?.length ?? null },
  };
}

/** Everything that was committed goes into the file itself. False when it cannot be worked on any more. */
function fold(file: string): boolean {
  try {
    inspect(file);
    const connection = new DatabaseSync(file);
    try {
      connection.exec('pragma wal_checkpoint(truncate)');
    } finally {
      connection.close();
    }
    return true;
  } catch (error) {
    if (error instanceof StoreError) return false;
    throw error;
  }
}

/** `2026-11-24T03-12-00-123Z`: a time that may stand in a file's name. */
function stamp(now: number): string {
  return new Date(now).toISOString().replaceAll(/[:.]/g, '-');
}

async function prepare(
  aside: string,
  { backup, epoch, now }: RestoreOrder,
  found: Pick<Restored, 'contents' | 'revived'>,
) {
  startAside(aside);
  copyInto(backup, aside);
  const connection = new DatabaseSync(aside);
  try {
    await upgrade(connection);
    const db = queriesOver(connection);
    await renewEpoch(db, epoch);
    await commitGroup(db, [{ mutation: { kind: 'none' }, by: null, audit: auditOf(now, found) }], now);
    return (await readMeta(db, 'secret_key_check')) ?? null;
  } finally {
    connection.close();
  }
}

/**
 * Puts a backup where the database stands, under a new epoch. Until everything has been checked twice nothing is
 * touched; then the old database is moved aside and the new one takes its name. Cut off between these two, there is
 * no database, and a start says so.
 */
export async function restore(order: RestoreOrder): Promise<Restored> {
  const { backup, file, over, now } = order;
  const aside = asideOf(file);
  const lock = new Lock(file);
  try {
    const contents = await examine(backup);
    const stands = SIDES.some((end) => existsSync(`${file}${end}`));
    const revived = existsSync(file) && fold(file) ? revivedBy(backup, file, now) : null;
    if (stands && !over) return { done: false, contents, revived, aside: null, keyCheck: null };
    const keyCheck = await prepare(aside, order, { contents, revived });
    await examine(aside);
    const old = stands ? `${file}.before-restore-${stamp(now)}` : null;
    if (old) moveDatabase(file, old);
    place(aside, file, true);
    writeFileSync(markOf(file), '', { mode: 0o600 });
    return { done: true, contents, revived, aside: old, keyCheck };
  } finally {
    removeAside(aside);
    lock.release();
  }
}

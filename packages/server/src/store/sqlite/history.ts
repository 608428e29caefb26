import type { AuditEntry } from '@hallpass/core/audit';
import { auditHash, FIRST_HASH } from '@hallpass/core/audit';
import { chain, FIRST_CHAIN } from '@hallpass/core/change';
import type { Kysely } from 'kysely';
import { entryOf } from '../sql/audit.ts';
import { listChanges } from '../sql/journal.ts';
import type { Schema } from '../sql/schema.ts';
import { StoreError } from '../store.ts';
import { type Connection, queriesOver } from './dialect.ts';

const ROWS_A_PAGE = 10_000;

/** What a database holds, once everything in it has been checked. */
export interface Contents {
  readonly tokens: number;
  readonly operators: number;
  readonly auditEntries: number;
  readonly revision: number;
  /** When it was last changed, in milliseconds since the epoch; null: never. */
  readonly changedAt: number | null;
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.from(a).equals(b);
}

/** Follows the journal to its end. Where its beginning was trimmed, the first row that is kept is believed. */
async function journalEnds(
  db: Kysely<Schema>,
  head: { revision: number; chain: Uint8Array },
): Promise<boolean> {
  let [revision, last]: [number, Uint8Array | null] = [0, FIRST_CHAIN];
  for (;;) {
    const page = await listChanges(db, revision, ROWS_A_PAGE);
    const [first] = page;
    if (!first) break;
    if (revision === 0 && first.revision > 1) [revision, last] = [first.revision - 1, null];
    for (const entry of page) {
      if (entry.revision !== revision + 1) return false;
      if (last !== null && !same(entry.chain, chain(last, entry))) return false;
      [revision, last] = [entry.revision, entry.chain];
    }
  }
  return revision === head.revision && last !== null && same(last, head.chain);
}

async function auditEnds(
  db: Kysely<Schema>,
  head: { audit_sequence: number; audit_hash: Uint8Array },
): Promise<boolean> {
  let [sequence, last]: [number, Uint8Array] = [0, FIRST_HASH];
  for (;;) {
    const rows = await db
      .selectFrom('audit')
      .selectAll()
      .where('sequence', '>', sequence)
      .orderBy('sequence')
      .limit(ROWS_A_PAGE)
      .execute();
    if (rows.length === 0) break;
    for (const row of rows) {
      const entry: AuditEntry = entryOf(row);
      if (entry.sequence !== sequence + 1 || !same(entry.hash, auditHash(last, entry.sequence, entry)))
        return false;
      [sequence, last] = [entry.sequence, entry.hash];
    }
  }
  return sequence === head.audit_sequence && same(last, head.audit_hash);
}

/**
 * Reads everything in a database: its pages, its journal and its audit trail from end to end. Throws a StoreError
 * `damaged` that names `file` when they are not whole.
 */
export async function checkWhole(connection: Connection, file: string): Promise<Contents> {
  const damaged = (what: string) => new StoreError('damaged', `${file}: ${what}. Use an earlier backup.`);
  const integrity = connection.prepare('pragma integrity_check(1)').get() as { integrity_check: string };
  if (integrity.integrity_check !== 'ok') throw damaged('the file is damaged');
  const db = queriesOver(connection);
  const head = await db.selectFrom('head').selectAll().executeTakeFirst();
  if (!head) throw damaged('it has no history');
  if (!(await journalEnds(db, head))) throw damaged('its journal is not whole');
  if (!(await auditEnds(db, head))) throw damaged('its audit trail is not whole');
  const count = async (table: 'token' | 'operator') =>
    (
      await db
        .selectFrom(table)
        .select((rows) => rows.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow()
    ).count;
  const newest = await db
    .selectFrom('journal')
    .select((rows) => rows.fn.max('at').as('at'))
    .executeTakeFirst();
  return {
    tokens: await count('token'),
    operators: await count('operator'),
    auditEntries: head.audit_sequence,
    revision: head.revision,
    changedAt: newest?.at ?? null,
  };
}

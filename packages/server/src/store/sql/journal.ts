import { type Change, chain, FIRST_CHAIN, type OperatorState, type TokenState } from '@hallpass/core/change';
import { type Digest, digestFromBytes, digestToBytes } from '@hallpass/core/digest';
import type { OperatorId, TokenId } from '@hallpass/core/id';
import type { Kysely } from 'kysely';
import type { JournalEntry, JournalWindow, Mutation, Place } from '../store.ts';
import { readHead } from './head.ts';
import type { JournalTableRow, Schema } from './schema.ts';

/** What the journal says of a mutation that was made as `revision`. */
export function changeOf(
  mutation: Exclude<Mutation, { kind: 'none' }>,
  revision: number,
  at: number,
): Change {
  switch (mutation.kind) {
    case 'insert_token':
    case 'replace_token': {
      const { id, name, digest, expiresAt, active, write } = mutation.token;
      return { revision, at, kind: 'token', token: { id, name, digest, expiresAt, active, write } };
    }
    case 'delete_token': {
      const { id, digest } = mutation.token;
      return { revision, at, kind: 'token_removed', token: { id, digest } };
    }
    case 'insert_operator':
    case 'replace_operator': {
      const { id, name, role, digest, hint, expiresAt, active } = mutation.operator;
      const { description, createdBy, createdAt, updatedAt } = mutation.operator;
      const kept = { description, createdBy, createdAt, updatedAt };
      return {
        revision,
        at,
        kind: 'operator',
        operator: { id, name, role, digest, hint, expiresAt, active, ...kept },
      };
    }
    case 'delete_operator': {
      const { id, digest } = mutation.operator;
      return { revision, at, kind: 'operator_removed', operator: { id, digest } };
    }
  }
}

export function entryOf(change: Change, previous: Uint8Array): JournalEntry {
  return { ...change, chain: chain(previous, change) };
}

interface Subject {
  readonly id: string;
  readonly digest: Digest;
}

function subjectOf(change: Change): Subject {
  return change.kind === 'token' || change.kind === 'token_removed' ? change.token : change.operator;
}

export function journalRow(entry: JournalEntry): JournalTableRow {
  const { id, digest, ...state } = subjectOf(entry);
  const removed = entry.kind === 'token_removed' || entry.kind === 'operator_removed';
  return {
    revision: entry.revision,
    at: entry.at,
    kind: entry.kind,
    subject: id,
    digest: digestToBytes(digest),
    state: removed ? null : JSON.stringify(state),
    chain: entry.chain,
  };
}

function entryFrom(row: JournalTableRow): JournalEntry {
  const place = { revision: row.revision, at: row.at, chain: row.chain };
  const digest = digestFromBytes(row.digest);
  const state: unknown = row.state === null ? {} : JSON.parse(row.state);
  const token = { id: row.subject as TokenId, digest };
  const operator = { id: row.subject as OperatorId, digest };
  switch (row.kind) {
    case 'token':
      return { ...place, kind: 'token', token: { ...(state as TokenState), ...token } };
    case 'token_removed':
      return { ...place, kind: 'token_removed', token };
    case 'operator':
      return { ...place, kind: 'operator', operator: { ...(state as OperatorState), ...operator } };
    case 'operator_removed':
      return { ...place, kind: 'operator_removed', operator };
    default:
      throw new Error(`The journal row ${row.revision} is of no known kind.`);
  }
}

export async function listChanges(db: Kysely<Schema>, after: number, limit: number): Promise<JournalEntry[]> {
  const rows = await db
    .selectFrom('journal')
    .selectAll()
    .where('revision', '>', after)
    .orderBy('revision')
    .limit(limit)
    .execute();
  return rows.map(entryFrom);
}

/** In one statement, so that it is of one moment. */
export async function findPlace(db: Kysely<Schema>, revision: number): Promise<Place> {
  const row = await db
    .selectFrom('head')
    .select((head) => [
      'epoch',
      'revision',
      'chain',
      head.selectFrom('journal').select('chain').where('revision', '=', revision).as('asked'),
      head.selectFrom('journal').select('revision').where('revision', '=', 1).as('first'),
    ])
    .executeTakeFirstOrThrow();
  const head = { epoch: row.epoch, revision: row.revision, chain: row.chain };
  if (revision === head.revision) return { head, chain: head.chain };
  // The place before the first row is known while that row is.
  if (revision === 0) return { head, chain: row.first === null ? null : FIRST_CHAIN };
  return { head, chain: row.asked };
}

/** Removes from the front only, so that what stays is without a gap whatever the clock did. */
export function trimChanges(
  db: Kysely<Schema>,
  { since, rows }: JournalWindow,
  limit: number,
): Promise<number> {
  return db.transaction().execute(async (transaction) => {
    const { revision: head } = await readHead(transaction);
    const oldest = await transaction
      .selectFrom('journal')
      .select(['revision', 'at'])
      .where('revision', '<', head)
      .orderBy('revision')
      .limit(limit)
      .execute();
    const kept = oldest.findIndex(({ revision, at }) => at >= since && revision > head - rows);
    const removed = kept === -1 ? oldest.length : kept;
    const last = oldest[removed - 1];
    if (last) await transaction.deleteFrom('journal').where('revision', '<=', last.revision).execute();
    return removed;
  });
}

import { type Change, chain, FIRST_CHAIN, type OperatorState, type TokenState } from '@hallpass/core/change';
import { type Digest, digestFromBytes, digestToBytes } from '@hallpass/core/digest';
import type { OperatorId, TokenId } from '@hallpass/core/id';
import type { Kysely } from 'kysely';
import type { JournalEntry, JournalWindow, Place } from '../store.ts';
import { noHead, readHead } from './head.ts';
import { runKnown } from './known-query.ts';
import type { JournalTableRow, Schema } from './schema.ts';

/** From where on a mutation writes the journal, and when. */
export interface WritePoint {
  readonly revision: number;
  readonly at: number;
}

/** What the journal says of values that are gone. */
export function removed(
  values: readonly Pick<TokenState, 'id' | 'digest'>[],
  { revision, at }: WritePoint,
): Change[] {
  return values.map((token, i) => ({ revision: revision + i, at, kind: 'token_removed', token }));
}

/** What it says of a token that lost some of its values and has others. */
export function tokenChanges(
  gone: readonly Pick<TokenState, 'id' | 'digest'>[],
  states: readonly TokenState[],
  place: WritePoint,
): Change[] {
  const next = place.revision + gone.length;
  return [
    ...removed(gone, place),
    ...states.map((token, i): Change => ({ revision: next + i, at: place.at, kind: 'token', token })),
  ];
}

export function operatorChange(operator: OperatorState, place: WritePoint): Change {
  const { id, name, role, digest, hint, expiresAt, active } = operator;
  const { description, createdBy, createdAt, updatedAt } = operator;
  const kept = { description, createdBy, createdAt, updatedAt };
  return {
    ...place,
    kind: 'operator',
    operator: { id, name, role, digest, hint, expiresAt, active, ...kept },
  };
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
  const list = () =>
    db.selectFrom('journal').selectAll().where('revision', '>', after).orderBy('revision').limit(limit);
  return (await runKnown(db, 'list changes', list, [after, limit])).rows.map(entryFrom);
}

/** In one statement, so that it is of one moment. */
export async function findPlace(db: Kysely<Schema>, revision: number): Promise<Place> {
  const find = () =>
    db
      .selectFrom('head')
      .select((head) => [
        'epoch',
        'revision',
        'chain',
        head.selectFrom('journal').select('chain').where('revision', '=', revision).as('asked'),
        head.selectFrom('journal').select('revision').where('revision', '=', 1).as('first'),
      ]);
  const [row] = (await runKnown(db, 'find place', find, [revision, 1])).rows;
  if (row === undefined) throw noHead();
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

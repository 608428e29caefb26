import type { Change } from '@hallpass/core/change';
import { type Digest, digestToBytes } from '@hallpass/core/digest';
import type { OperatorId } from '@hallpass/core/id';
import type { Kysely } from 'kysely';
import type { Mutation, NewOperator, Refusal } from '../store.ts';
import { operatorChange, type WritePoint } from './journal.ts';
import { newOperatorRow, operatorColumns } from './operators.ts';
import type { Schema } from './schema.ts';
import { isTaken, stands } from './standing.ts';
import { deleteToken, insertToken, replaceToken } from './token-mutation.ts';

type Of<Kind extends Mutation['kind']> = Extract<Mutation, { kind: Kind }>;
/** What was done, in the order of the journal; or why not. */
export type Mutated = readonly Change[] | Refusal;

/** Where no owner without an end is left, as a restore may find it, one that has an end may go while another is active. */
async function isLastOwner(db: Kysely<Schema>, id: OperatorId): Promise<boolean> {
  const owners = await db
    .selectFrom('operator')
    .select(['id', 'expires_at'])
    .where('role', '=', 'owner')
    .where('active', '=', 1)
    .execute();
  const own = owners.find((owner) => owner.id === id);
  const others = owners.filter((owner) => owner !== own);
  if (!own || others.some((other) => other.expires_at === null)) return false;
  return own.expires_at === null || others.length === 0;
}

async function insertOperator(
  db: Kysely<Schema>,
  operator: NewOperator,
  place: WritePoint,
): Promise<Mutated> {
  const inserted = await db
    .insertInto('operator')
    .values(newOperatorRow(operator, place.revision))
    .onConflict((conflict) => conflict.column('name').doNothing())
    .executeTakeFirst();
  return inserted.numInsertedOrUpdatedRows === 1n ? [operatorChange(operator, place)] : 'name_taken';
}

async function refusalOf(
  db: Kysely<Schema>,
  id: OperatorId,
  digest: Digest | undefined,
  { ifRevision, otherOwner }: Of<'replace_operator' | 'delete_operator'>,
): Promise<Refusal | undefined> {
  if (!(await stands(db, 'operator', id, digest && digestToBytes(digest), ifRevision))) {
    return 'revision_mismatch';
  }
  return otherOwner && (await isLastOwner(db, id)) ? 'last_owner' : undefined;
}

async function replaceOperator(
  db: Kysely<Schema>,
  mutation: Of<'replace_operator'>,
  place: WritePoint,
): Promise<Mutated> {
  const { operator } = mutation;
  const refusal = await refusalOf(db, operator.id, undefined, mutation);
  if (refusal) return refusal;
  if (await isTaken(db, 'operator', operator.name, operator.id)) return 'name_taken';
  const columns = { ...operatorColumns(operator), revision: place.revision };
  await db.updateTable('operator').set(columns).where('id', '=', operator.id).execute();
  return [operatorChange(operator, place)];
}

async function deleteOperator(
  db: Kysely<Schema>,
  mutation: Of<'delete_operator'>,
  place: WritePoint,
): Promise<Mutated> {
  const { id, digest } = mutation.operator;
  const refusal = await refusalOf(db, id, digest, mutation);
  if (refusal) return refusal;
  await db.deleteFrom('operator').where('id', '=', id).execute();
  return [{ ...place, kind: 'operator_removed', operator: { id, digest } }];
}

/** Does what a mutation says, from the revision of `place` on, or says why not and leaves everything as it was. */
export function mutate(
  db: Kysely<Schema>,
  mutation: Exclude<Mutation, { kind: 'none' }>,
  place: WritePoint,
): Promise<Mutated> {
  switch (mutation.kind) {
    case 'insert_token':
      return insertToken(db, mutation.token, place);
    case 'replace_token':
      return replaceToken(db, mutation.token, mutation.ifRevision, place);
    case 'delete_token':
      return deleteToken(db, mutation.token, mutation.ifRevision, place);
    case 'insert_operator':
      return insertOperator(db, mutation.operator, place);
    case 'replace_operator':
      return replaceOperator(db, mutation, place);
    case 'delete_operator':
      return deleteOperator(db, mutation, place);
  }
}

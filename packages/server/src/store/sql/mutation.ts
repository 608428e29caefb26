import { type Digest, digestToBytes } from '@hallpass/core/digest';
import type { OperatorId } from '@hallpass/core/id';
import type { Kysely } from 'kysely';
import type { Mutation, NewOperator, NewToken, Refusal } from '../store.ts';
import { newOperatorRow, operatorColumns } from './operators.ts';
import type { Schema } from './schema.ts';
import { newTokenRow, tokenColumns } from './tokens.ts';

type Table = 'token' | 'operator';
type Result = 'done' | Refusal;

/** Whether the row is still as it was read: same value, same revision. */
async function stands(
  db: Kysely<Schema>,
  table: Table,
  id: string,
  digest: Digest | undefined,
  revision: number,
): Promise<boolean> {
  const rows = db.selectFrom(table).select('id').where('id', '=', id).where('revision', '=', revision);
  const row = await (digest === undefined
    ? rows
    : rows.where('digest', '=', digestToBytes(digest))
  ).executeTakeFirst();
  return row !== undefined;
}

async function isTaken(db: Kysely<Schema>, table: Table, name: string, id: string): Promise<boolean> {
  const other = db.selectFrom(table).select('id').where('name', '=', name).where('id', '<>', id);
  return (await other.executeTakeFirst()) !== undefined;
}

async function isLastOwner(db: Kysely<Schema>, id: OperatorId, at: number): Promise<boolean> {
  const other = await db
    .selectFrom('operator')
    .select('id')
    .where('id', '<>', id)
    .where('role', '=', 'owner')
    .where('active', '=', 1)
    .where((owner) => owner.or([owner('expires_at', 'is', null), owner('expires_at', '>', at)]))
    .executeTakeFirst();
  return other === undefined;
}

async function insertToken(db: Kysely<Schema>, token: NewToken, revision: number): Promise<Result> {
  const inserted = await db
    .insertInto('token')
    .values(newTokenRow(token, revision))
    .onConflict((conflict) => conflict.column('name').doNothing())
    .executeTakeFirst();
  return inserted.numInsertedOrUpdatedRows === 1n ? 'done' : 'name_taken';
}

async function insertOperator(db: Kysely<Schema>, operator: NewOperator, revision: number): Promise<Result> {
  const inserted = await db
    .insertInto('operator')
    .values(newOperatorRow(operator, revision))
    .onConflict((conflict) => conflict.column('name').doNothing())
    .executeTakeFirst();
  return inserted.numInsertedOrUpdatedRows === 1n ? 'done' : 'name_taken';
}

/** Does what a mutation says as the change `revision`, or says why not and leaves everything as it was. */
export async function mutate(
  db: Kysely<Schema>,
  mutation: Exclude<Mutation, { kind: 'none' }>,
  revision: number,
): Promise<Result> {
  switch (mutation.kind) {
    case 'insert_token':
      return insertToken(db, mutation.token, revision);
    case 'insert_operator':
      return insertOperator(db, mutation.operator, revision);
    case 'replace_token': {
      const { token, ifRevision } = mutation;
      if (!(await stands(db, 'token', token.id, token.digest, ifRevision))) return 'revision_mismatch';
      if (await isTaken(db, 'token', token.name, token.id)) return 'name_taken';
      const columns = { ...tokenColumns(token), revision };
      await db.updateTable('token').set(columns).where('id', '=', token.id).execute();
      return 'done';
    }
    case 'delete_token': {
      const { token, ifRevision } = mutation;
      if (!(await stands(db, 'token', token.id, token.digest, ifRevision))) return 'revision_mismatch';
      await db.deleteFrom('token').where('id', '=', token.id).execute();
      return 'done';
    }
    case 'replace_operator': {
      const { operator, ifRevision, otherOwnerAt } = mutation;
      if (!(await stands(db, 'operator', operator.id, undefined, ifRevision))) return 'revision_mismatch';
      if (otherOwnerAt !== null && (await isLastOwner(db, operator.id, otherOwnerAt))) return 'last_owner';
      if (await isTaken(db, 'operator', operator.name, operator.id)) return 'name_taken';
      const columns = { ...operatorColumns(operator), revision };
      await db.updateTable('operator').set(columns).where('id', '=', operator.id).execute();
      return 'done';
    }
    case 'delete_operator': {
      const { operator, ifRevision, otherOwnerAt } = mutation;
      if (!(await stands(db, 'operator', operator.id, operator.digest, ifRevision)))
        return 'revision_mismatch';
      if (otherOwnerAt !== null && (await isLastOwner(db, operator.id, otherOwnerAt))) return 'last_owner';
      await db.deleteFrom('operator').where('id', '=', operator.id).execute();
      return 'done';
    }
  }
}

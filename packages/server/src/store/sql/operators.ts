import { digestFromBytes, digestToBytes } from '@hallpass/core/digest';
import type { OperatorId } from '@hallpass/core/id';
import type { OperatorRecord, Role } from '@hallpass/core/record';
import type { Kysely } from 'kysely';
import type { NewOperator } from '../store.ts';
import { runKnown } from './known-query.ts';
import type { OperatorRow, Schema } from './schema.ts';

/** The columns a replaced operator takes anew: all but its id and its place. */
export function operatorColumns(operator: NewOperator): Omit<OperatorRow, 'id' | 'revision' | 'position'> {
  return {
    name: operator.name,
    role: operator.role,
    digest: digestToBytes(operator.digest),
    hint: operator.hint,
    expires_at: operator.expiresAt,
    active: operator.active ? 1 : 0,
    description: operator.description,
    created_by: operator.createdBy,
    created_at: operator.createdAt,
    updated_at: operator.updatedAt,
  };
}

export function newOperatorRow(operator: NewOperator, revision: number): OperatorRow {
  return { id: operator.id, ...operatorColumns(operator), revision, position: revision };
}

function recordOf(row: OperatorRow): OperatorRecord {
  return {
    id: row.id as OperatorId,
    name: row.name,
    role: row.role as Role,
    digest: digestFromBytes(row.digest),
    hint: row.hint,
    expiresAt: row.expires_at,
    active: row.active === 1,
    description: row.description,
    createdBy: row.created_by,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    revision: row.revision,
    position: row.position,
  };
}

export async function operatorByName(db: Kysely<Schema>, name: string): Promise<OperatorRecord | undefined> {
  const row = await db.selectFrom('operator').selectAll().where('name', '=', name).executeTakeFirst();
  return row && recordOf(row);
}

export type Standing = Pick<OperatorRecord, 'role' | 'active' | 'expiresAt'>;

/** How it stands with the operator who has this key, as is stored now. */
export async function standingOf(
  db: Kysely<Schema>,
  { id, digest }: Pick<OperatorRecord, 'id' | 'digest'>,
): Promise<Standing | undefined> {
  const bytes = digestToBytes(digest);
  const standing = () =>
    db
      .selectFrom('operator')
      .select(['role', 'active', 'expires_at'])
      .where('id', '=', id)
      .where('digest', '=', bytes);
  const [row] = (await runKnown(db, 'operator standing', standing, [id, bytes])).rows;
  return row && { role: row.role as Role, active: row.active === 1, expiresAt: row.expires_at };
}

export async function listOperators(db: Kysely<Schema>): Promise<OperatorRecord[]> {
  const rows = await db.selectFrom('operator').selectAll().orderBy('position').execute();
  return rows.map(recordOf);
}

import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';

type Table = 'token' | 'operator';

/** Whether the row is still as it was read: same revision and, where one is named, same value. */
export async function stands(
  db: Kysely<Schema>,
  table: Table,
  id: string,
  digest: Uint8Array | undefined,
  revision: number,
): Promise<boolean> {
  const rows = db.selectFrom(table).select('id').where('id', '=', id).where('revision', '=', revision);
  const row = await (digest === undefined ? rows : rows.where('digest', '=', digest)).executeTakeFirst();
  return row !== undefined;
}

export async function isTaken(db: Kysely<Schema>, table: Table, name: string, id: string): Promise<boolean> {
  const other = db.selectFrom(table).select('id').where('name', '=', name).where('id', '<>', id);
  return (await other.executeTakeFirst()) !== undefined;
}

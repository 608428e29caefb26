import type { Compilable, CompiledQuery, Kysely, QueryResult } from 'kysely';
import type { Schema } from './schema.ts';

const texts = new WeakMap<object, Map<string, CompiledQuery>>();

/** By the adapter, because a transaction shares it with the database it is of. */
function textsOf(db: Kysely<Schema>): Map<string, CompiledQuery> {
  const { adapter } = db.getExecutor();
  const known = texts.get(adapter) ?? new Map<string, CompiledQuery>();
  texts.set(adapter, known);
  return known;
}

/**
 * Runs a query whose text is made once for each database: making it again would cost more than running it. What is
 * built under one `name` differs in its parameters alone, which are given in the order of the text.
 */
export function runKnown<Row>(
  db: Kysely<Schema>,
  name: string,
  build: () => Compilable<Row>,
  parameters: readonly unknown[],
): Promise<QueryResult<Row>> {
  const known = textsOf(db);
  let query = known.get(name);
  if (query === undefined) {
    query = build().compile();
    known.set(name, query);
  }
  return db.executeQuery<Row>({ ...(query as CompiledQuery<Row>), parameters });
}

/** Inserts one row. False when another has the same `unlessTaken` already; without that it is an error. */
export async function insertRow<Table extends 'token' | 'journal' | 'audit'>(
  db: Kysely<Schema>,
  table: Table,
  row: Schema[Table],
  unlessTaken?: 'name',
): Promise<boolean> {
  const build = () => {
    const insert = db.insertInto(table as 'token').values(row as Schema['token']);
    return unlessTaken ? insert.onConflict((conflict) => conflict.column(unlessTaken).doNothing()) : insert;
  };
  const name = `insert ${table} ${Object.keys(row)} ${unlessTaken ?? ''}`;
  const { numAffectedRows } = await runKnown(db, name, build, Object.values(row));
  return numAffectedRows === 1n;
}

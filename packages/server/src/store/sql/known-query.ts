import type { Compilable, CompiledQuery, Kysely, QueryResult } from 'kysely';
import type { Schema, TokenRow } from './schema.ts';

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

/** Inserts one token. False when another has the same name already. */
export async function insertTokenRow(db: Kysely<Schema>, row: TokenRow): Promise<boolean> {
  const build = () =>
    db
      .insertInto('token')
      .values(row)
      .onConflict((conflict) => conflict.column('name').doNothing());
  const { numAffectedRows } = await runKnown(
    db,
    `insert token ${Object.keys(row)}`,
    build,
    Object.values(row),
  );
  return numAffectedRows === 1n;
}

const MOST_ROWS = 32;

/** Inserts rows with the same columns in the same order, by few statements of few lengths. */
export async function insertRows<Table extends 'journal' | 'audit'>(
  db: Kysely<Schema>,
  table: Table,
  rows: readonly Schema[Table][],
): Promise<void> {
  for (let at = 0; at < rows.length; ) {
    const size = 2 ** Math.floor(Math.log2(Math.min(rows.length - at, MOST_ROWS)));
    const part = rows.slice(at, at + size);
    const build = () => db.insertInto(table as 'journal').values(part as Schema['journal'][]);
    const parameters: unknown[] = [];
    for (const row of part) parameters.push(...Object.values(row));
    await runKnown(db, `insert ${size} ${table} ${Object.keys(part[0] ?? {})}`, build, parameters);
    at += size;
  }
}

import { FIRST_HASH } from '@hallpass/core/audit';
import { FIRST_CHAIN } from '@hallpass/core/change';
import { type Kysely, type Migration, Migrator, type RawBuilder, sql } from 'kysely';
import type { Schema } from './schema.ts';

/** How an engine writes the four things its table definitions differ in. */
export interface Definitions {
  /** Compared by code point; the lower case of it changes ASCII letters only. */
  readonly text: RawBuilder<unknown>;
  /** 64 bits. */
  readonly integer: RawBuilder<unknown>;
  readonly bytes: RawBuilder<unknown>;
  readonly tableEnd: RawBuilder<unknown>;
}

/** What is later than every time a token table can hold. */
const NO_TIME = 2 ** 48 - 1;

async function createTables(db: Kysely<Schema>, { text, integer, bytes, tableEnd }: Definitions) {
  const flag = (column: string) =>
    sql`${sql.ref(column)} ${integer} not null check (${sql.ref(column)} in (0, 1))`;
  const expiry = sql`expires_at ${integer} check (expires_at >= 0 and expires_at < ${sql.lit(NO_TIME)})`;
  const unique = (column: string, type: RawBuilder<unknown>) =>
    sql`${sql.ref(column)} ${type} not null unique`;
  const kept = sql`
    description ${text} not null, created_by ${text} not null,
    created_at ${integer} not null, updated_at ${integer} not null`;
  const place = sql`revision ${integer} not null, ${unique('position', integer)}`;
  const tables = [
    sql`meta (key ${text} not null primary key, value ${text} not null)`,
    sql`head (
      id ${integer} not null primary key check (id = 1), epoch ${text} not null,
      revision ${integer} not null, chain ${bytes} not null,
      audit_sequence ${integer} not null, audit_hash ${bytes} not null)`,
    sql`token (
      id ${text} not null primary key, ${unique('name', text)}, ${unique('digest', bytes)},
      sealed ${bytes}, hint ${text} not null, ${expiry}, ${flag('active')}, ${flag('write')},
      ${kept}, last_used_at ${integer}, ${place})`,
    sql`operator (
      id ${text} not null primary key, ${unique('name', text)}, role ${text} not null,
      ${unique('digest', bytes)}, hint ${text} not null, ${expiry}, ${flag('active')}, ${kept}, ${place})`,
    sql`journal (
      revision ${integer} not null primary key, at ${integer} not null, kind ${text} not null,
      subject ${text} not null, digest ${bytes} not null, state ${text}, chain ${bytes} not null)`,
    sql`audit (
      sequence ${integer} not null primary key, at ${integer} not null, actor ${text} not null,
      actor_id ${text}, action ${text} not null, target_id ${text}, target_name ${text},
      outcome ${text} not null, address ${text}, request_id ${text}, detail ${text} not null,
      hash ${bytes} not null)`,
    sql`idempotency (
      operator_id ${text} not null, key ${text} not null, fingerprint ${bytes} not null,
      token_id ${text} not null, created_at ${integer} not null, primary key (operator_id, key))`,
  ];
  for (const table of tables) await sql`create table ${table} ${tableEnd}`.execute(db);
  await sql`create index idempotency_created_at on idempotency (created_at)`.execute(db);
}

async function createFormers(db: Kysely<Schema>, { text, integer, bytes, tableEnd }: Definitions) {
  await sql`create table former (
    digest ${bytes} not null primary key, token_id ${text} not null, hint ${text} not null,
    ends_at ${integer} check (ends_at >= 0 and ends_at < ${sql.lit(NO_TIME)}),
    until_first_use ${integer} not null check (until_first_use in (0, 1)),
    position ${integer} not null unique) ${tableEnd}`.execute(db);
  await sql`create index former_token_id on former (token_id)`.execute(db);
  await sql`create index former_ends_at on former (ends_at)`.execute(db);
}

function migrations(definitions: Definitions): Record<string, Migration> {
  return {
    '0001_tables': { up: (db: Kysely<Schema>) => createTables(db, definitions) },
    '0002_former': { up: (db: Kysely<Schema>) => createFormers(db, definitions) },
  };
}

/** The names of all migrations this version knows, in order. */
export const KNOWN_MIGRATIONS: readonly string[] = ['0001_tables', '0002_former'];

/** Brings the tables to the newest form this version knows. */
export async function migrate(db: Kysely<Schema>, definitions: Definitions): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations(definitions) } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

/** Begins a history: an empty journal and an empty audit trail under the name `epoch`. */
export async function beginHistory(db: Kysely<Schema>, epoch: string): Promise<void> {
  await db
    .insertInto('head')
    .values({ id: 1, epoch, revision: 0, chain: FIRST_CHAIN, audit_sequence: 0, audit_hash: FIRST_HASH })
    .execute();
}

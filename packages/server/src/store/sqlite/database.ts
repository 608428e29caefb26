import { accessSync, constants, existsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { sql } from 'kysely';
import { beginHistory, KNOWN_MIGRATIONS, migrate } from '../sql/migrations.ts';
import { StoreError } from '../store.ts';
import { queriesOver } from './dialect.ts';
import { APPLICATION_ID, hasLog, inspect } from './inspection.ts';
import { place, startAside } from './placing.ts';

type Database = InstanceType<typeof DatabaseSync>;

const DEFINITIONS = {
  text: sql`text`,
  integer: sql`integer`,
  bytes: sql`blob`,
  tableEnd: sql`strict`,
};

const BUSY_MS = 5_000;

/** What must be in force before anything is written, by pragma. */
const REQUIRED: Readonly<Record<string, string | number>> = {
  journal_mode: 'wal',
  // 2 is FULL: the log is on disk before a commit returns.
  synchronous: 2,
  foreign_keys: 1,
  trusted_schema: 0,
};

function connect(file: string): Database {
  const connection = new DatabaseSync(file, { timeout: BUSY_MS, enableForeignKeyConstraints: true });
  try {
    for (const [pragma, value] of Object.entries(REQUIRED)) {
      connection.exec(`pragma ${pragma} = ${value}`);
      const row: Record<string, unknown> = connection.prepare(`pragma ${pragma}`).get();
      if (row[pragma] !== value) {
        throw new StoreError(
          'unavailable',
          `SQLite does not take ${pragma} = ${value} here. Put the data folder on a local disk.`,
        );
      }
    }
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Brings the tables to the form this version works on. */
export async function upgrade(connection: Database): Promise<void> {
  const version = connection.prepare('pragma user_version').get() as { user_version: number };
  if (version.user_version === KNOWN_MIGRATIONS.length) return;
  await migrate(queriesOver(connection), DEFINITIONS);
  connection.exec(`pragma user_version = ${KNOWN_MIGRATIONS.length}`);
}

/**
 * Makes a new database aside and puts it in place whole: a start that is cut off leaves no half of one. It has no
 * write-ahead log yet, which would stay behind here: the driver keeps a closed connection until its statements
 * are gone.
 */
async function create(file: string, epoch: string): Promise<void> {
  const aside = `${file}.new`;
  startAside(aside);
  const connection = new DatabaseSync(aside);
  try {
    connection.exec('pragma synchronous = off');
    await upgrade(connection);
    await beginHistory(queriesOver(connection), epoch);
    connection.exec(`pragma application_id = ${APPLICATION_ID}`);
  } finally {
    connection.close();
  }
  place(aside, file, true);
}

/** The mark that there was a database here: without it a lost file would start over empty, and nobody would know. */
export function markOf(file: string): string {
  return `${file}.initialised`;
}

/** SQLite would open for reading what cannot be written, and every change would fail. */
function requireWritable(file: string): void {
  for (const path of [file, dirname(file)]) accessSync(path, constants.R_OK | constants.W_OK);
}

/**
 * Opens the database, or makes one under the name `epoch` where there never was one. Throws a StoreError and
 * leaves every file as it is when it cannot be worked on.
 */
export async function openDatabase(file: string, epoch: string): Promise<Database> {
  if (existsSync(file)) {
    requireWritable(file);
    inspect(file);
  } else if (existsSync(markOf(file)) || hasLog(file)) {
    throw new StoreError(
      'missing',
      `${file} is gone. Restore it from a backup; to start over with no tokens, remove ${markOf(file)} too.`,
    );
  } else await create(file, epoch);
  const connection = connect(file);
  try {
    await upgrade(connection);
    if (!existsSync(markOf(file))) writeFileSync(markOf(file), '', { mode: 0o600 });
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Another connection to a database that is open, for reading alone. */
export function connectReader(file: string): Database {
  return new DatabaseSync(file, { readOnly: true, timeout: BUSY_MS });
}

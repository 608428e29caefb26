import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { DatabaseSync } from '@photostructure/sqlite';
import { KNOWN_MIGRATIONS } from '../sql/migrations.ts';
import { StoreError } from '../store.ts';
import { isOfSurroundings } from './faults.ts';

/** "Hall" in ASCII: marks a SQLite file as one of Hallpass, in its header. */
export const APPLICATION_ID = 0x48616c6c;

const HEADER = 100;
const MAGIC = 'SQLite format 3\0';
const PAGE_SIZE_AT = 16;
const PAGES_AT = 28;
const APPLICATION_ID_AT = 68;

/** Up to this size a file is checked whole at each start, which takes a fraction of a second. */
const CHECKED_WHOLE = 16 * 1024 * 1024;

function damaged(file: string, what: string, cause?: unknown): StoreError {
  return new StoreError('damaged', `${file} ${what}. Restore it from a backup.`, cause);
}

function foreign(file: string, cause?: unknown): StoreError {
  return new StoreError(
    'not_a_database',
    `${file} is not a database of Hallpass. Name another file, or restore it from a backup.`,
    cause,
  );
}

function readHeader(file: string): { header: Buffer; size: number } {
  const handle = openSync(file, 'r');
  try {
    const header = Buffer.alloc(HEADER);
    return {
      header: header.subarray(0, readSync(handle, header, 0, HEADER, 0)),
      size: fstatSync(handle).size,
    };
  } finally {
    closeSync(handle);
  }
}

/** Whether the file says of itself that it is a database of Hallpass. */
export function isDatabase(file: string): boolean {
  const { header } = readHeader(file);
  return header.length === HEADER && header.readUInt32BE(APPLICATION_ID_AT) === APPLICATION_ID;
}

/** Whether there is something in the write-ahead log of this database. */
export function hasLog(file: string): boolean {
  return (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

function checkHeader(file: string): void {
  const { header, size } = readHeader(file);
  if (size === 0) throw damaged(file, 'is empty');
  if (header.toString('latin1', 0, MAGIC.length) !== MAGIC) throw foreign(file);
  if (size < HEADER) throw damaged(file, 'is cut short');
  if (header.readUInt32BE(APPLICATION_ID_AT) !== APPLICATION_ID) throw foreign(file);
  const coded = header.readUInt16BE(PAGE_SIZE_AT);
  const pageSize = coded === 1 ? 65_536 : coded;
  // With a log beside it the file may be behind its header: a checkpoint that was cut off is made up for.
  if (!hasLog(file) && size < header.readUInt32BE(PAGES_AT) * pageSize) throw damaged(file, 'is cut short');
}

function checkContent(file: string, connection: InstanceType<typeof DatabaseSync>): void {
  const version = connection.prepare('pragma user_version').get() as { user_version: number };
  const applied = connection.prepare('select name from kysely_migration').all() as { name: string }[];
  if (
    version.user_version > KNOWN_MIGRATIONS.length ||
    applied.some(({ name }) => !KNOWN_MIGRATIONS.includes(name))
  ) {
    throw new StoreError(
      'newer_schema',
      `${file} was written by a newer version of Hallpass. Install that version again, or restore an older backup.`,
    );
  }
  if (statSync(file).size > CHECKED_WHOLE) return;
  const found = connection.prepare('pragma quick_check(1)').get() as { quick_check: string };
  if (found.quick_check !== 'ok') throw damaged(file, 'is damaged');
}

/** Throws a StoreError unless the file is a database this version can work on. Changes nothing in it. */
export function inspect(file: string): void {
  checkHeader(file);
  const connection = new DatabaseSync(file, { readOnly: true });
  try {
    checkContent(file, connection);
  } catch (error) {
    if (error instanceof StoreError || isOfSurroundings(error)) throw error;
    throw damaged(file, 'is damaged', error);
  } finally {
    connection.close();
  }
}

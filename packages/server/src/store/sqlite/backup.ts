import { createHash } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { DatabaseSync } from '@photostructure/sqlite';
import { StoreError } from '../store.ts';
import { markOf } from './database.ts';
import { faultOf } from './faults.ts';
import { type Contents, checkWhole } from './history.ts';
import { inspect, isDatabase } from './inspection.ts';
import { asideOf, InTheWay, place, removeAside, requireFree, startAside } from './placing.ts';

export interface BackupOrder {
  /** The database; a server may be at work on it. */
  readonly from: string;
  readonly to: string;
  /** Whether a backup of that name may be replaced. */
  readonly over: boolean;
}

export interface Backup {
  readonly contents: Contents;
  readonly bytes: number;
  /** SHA-256 of the file, in hex. */
  readonly sha256: string;
}

/**
 * Copies what one moment of the database holds into an empty file, without what was deleted from it. The reading
 * keeps no writer waiting.
 */
export function copyInto(from: string, to: string): void {
  const connection = new DatabaseSync(from, { readOnly: true, timeout: 5_000 });
  try {
    connection.prepare('vacuum into ?').run(to);
  } finally {
    connection.close();
  }
}

/** Everything in the file, checked; `name` is what errors call it. Throws a StoreError when it is no whole database of this version or an older one. */
export async function examine(file: string, name: string = file): Promise<Contents> {
  inspect(file);
  const connection = new DatabaseSync(file, { readOnly: true });
  try {
    return await checkWhole(connection, name);
  } finally {
    connection.close();
  }
}

/** Only a backup gives way to another: not what a server works on, and nothing that bears its name by mistake. */
function requireBackup(file: string): void {
  const there = statSync(file, { throwIfNoEntry: false });
  if (!there || (there.isFile() && !existsSync(markOf(file)) && isDatabase(file))) return;
  throw new InTheWay(`${file} is no backup.`);
}

async function make({ from, to, over }: BackupOrder, aside: string): Promise<Backup> {
  startAside(aside);
  copyInto(from, aside);
  const contents = await examine(aside, from);
  const sha256 = createHash('sha256');
  await pipeline(createReadStream(aside), sha256);
  place(aside, to, over);
  return { contents, bytes: statSync(to).size, sha256: sha256.digest('hex') };
}

/** What went wrong while a file was written, and not with what was read. */
function unwritable(to: string, error: unknown): Error {
  const fault = faultOf(error);
  if (error instanceof InTheWay) return error;
  if (fault.fault !== 'unavailable') return fault;
  const detail = error instanceof Error ? error.message : 'unknown error';
  return new StoreError(
    'unavailable',
    `${to} cannot be written (${detail}). Check the room on its disk, its folder and their permissions.`,
    error,
  );
}

/**
 * Makes a backup that has been read back and checked, or none: what stands under its name is whole. Throws a
 * StoreError, or InTheWay.
 */
export async function backUp(order: BackupOrder): Promise<Backup> {
  const { from, to, over } = order;
  if (!existsSync(from)) {
    throw new StoreError('missing', `There is no database ${from}. Name the data folder with --data.`);
  }
  inspect(from);
  if (over) requireBackup(to);
  else requireFree(to);
  const aside = asideOf(to);
  try {
    return await make(order, aside);
  } catch (error) {
    throw unwritable(to, error);
  } finally {
    removeAside(aside);
  }
}

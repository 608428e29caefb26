import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** What SQLite keeps beside a database. */
export const SIDES = ['', '-journal', '-wal', '-shm'] as const;

/** Where a file grows before it is whole and checked. */
export function asideOf(file: string): string {
  return `${file}.part`;
}

/** An empty file for its user alone, in the place of what an attempt before this one left there. */
export function startAside(aside: string): void {
  removeAside(aside);
  closeSync(openSync(aside, 'wx', 0o600));
}

export function removeAside(aside: string): void {
  for (const end of SIDES) rmSync(`${aside}${end}`, { force: true });
}

export function syncFile(path: string): void {
  const handle = openSync(path, 'r+');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** A new name in a folder outlives a power cut only when the folder itself is on disk. */
export function syncFolderOf(path: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(dirname(path), 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** A file stands where another one was to go. */
export class InTheWay extends Error {
  override readonly name = 'InTheWay';
}

export function requireFree(file: string): void {
  if (existsSync(file)) throw new InTheWay(`${file} exists.`);
}

/** Gives a whole file its name in one step. Without `over`, throws InTheWay where there is one of that name. */
export function place(aside: string, file: string, over: boolean): void {
  syncFile(aside);
  if (over || !linkNew(aside, file)) renameSync(aside, file);
  else rmSync(aside);
  syncFolderOf(file);
}

/** A link never takes the place of a file, as a rename does. False where the file system knows no links. */
function linkNew(aside: string, file: string): boolean {
  try {
    linkSync(aside, file);
    return true;
  } catch (error) {
    requireFree(file);
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw error;
    return false;
  }
}

/** Moves a database with its log; the log last, so that a database never stands without one it had. */
export function moveDatabase(from: string, to: string): void {
  for (const end of SIDES) {
    const side = `${from}${end}`;
    if (!existsSync(side)) continue;
    // An index is made anew, and an empty log says nothing.
    if (end === '-shm' || (end === '-wal' && statSync(side).size === 0)) rmSync(side);
    else renameSync(side, `${to}${end}`);
  }
  syncFolderOf(from);
}

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite } from 'hallpass/store/sqlite/open';
import type { Store } from 'hallpass/store/store';
import type { Place } from './contract.ts';
import { NOW } from './samples.ts';

export function openFile(file: string): Promise<Store> {
  return openSqlite({ file, random: randomBytes, clock: () => NOW });
}

/** Runs `body` with a folder of its own. */
export async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'hallpass-store-'));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

export async function sqlitePlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'hallpass-store-'));
  return {
    open: () => openFile(join(folder, 'hallpass.db')),
    remove: () => rm(folder, { recursive: true }),
  };
}

import { Worker } from 'node:worker_threads';
import type { Clock } from '@hallpass/core/clock';
import type { RandomBytes } from '@hallpass/core/token';
import type { Pace } from '../commit-queue.ts';
import type { Store } from '../store.ts';
import { Calls } from './calls.ts';
import type { Opening } from './messages.ts';
import { SqliteStore } from './sqlite-store.ts';

const EPOCH_BYTES = 16;

export interface SqliteOptions {
  readonly file: string;
  readonly random: RandomBytes;
  /** Tells whether an operator has ended by the time its write is committed. */
  readonly clock: Clock;
  /** That of new tokens; absent: at once. */
  readonly pace?: Pace;
}

/**
 * Opens the database in `file`, or makes one where there never was one. The folder must exist. Rejects with a
 * StoreError that says what to do, and leaves the file as it is, when the database cannot be worked on.
 */
export async function openSqlite({ file, random, clock, pace }: SqliteOptions): Promise<Store> {
  const opening: Opening = { file, epoch: Buffer.from(random(EPOCH_BYTES)).toString('hex') };
  const calls = new Calls(new Worker(new URL('./worker.js', import.meta.url), { workerData: opening }));
  try {
    await calls.opened();
  } catch (error) {
    await calls.ended;
    throw error;
  }
  return new SqliteStore(calls, clock, pace);
}

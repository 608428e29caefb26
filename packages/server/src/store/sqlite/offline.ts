import { Worker } from 'node:worker_threads';
import type { Failure } from '../commit-queue.ts';
import { StoreError } from '../store.ts';
import type { OfflineOrder, OfflineWork } from './offline-work.ts';
import { InTheWay } from './placing.ts';

type Order<W extends keyof OfflineWork> = Parameters<OfflineWork[W]>[0];
type Result<W extends keyof OfflineWork> = Awaited<ReturnType<OfflineWork[W]>>;

export type OfflineReply =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'in_the_way' }
  | Failure;

/**
 * Does the work in a thread of its own, so that this one can say how far it is, and that no connection outlives it.
 * Rejects with a StoreError, or with InTheWay.
 */
export async function offline<W extends keyof OfflineWork>(work: W, order: Order<W>): Promise<Result<W>> {
  const workerData: OfflineOrder = { work, order };
  const worker = new Worker(new URL('./offline-worker.js', import.meta.url), { workerData });
  const reply = await new Promise<OfflineReply>((resolve, reject) => {
    let said: OfflineReply | undefined;
    worker.on('message', (message: OfflineReply) => {
      said = message;
    });
    worker.on('error', reject);
    worker.on('exit', () => {
      if (said) resolve(said);
      else reject(new StoreError('unavailable', 'The work on the database broke off.'));
    });
  });
  if (reply.kind === 'value') return reply.value as Result<W>;
  if (reply.kind === 'in_the_way') throw new InTheWay('A file is in the way.');
  throw new StoreError(reply.fault, reply.message);
}

import { parentPort, workerData } from 'node:worker_threads';
import { faultOf } from './faults.ts';
import type { OfflineReply } from './offline.ts';
import { OFFLINE_WORK, type OfflineOrder } from './offline-work.ts';
import { InTheWay } from './placing.ts';

async function run({ work, order }: OfflineOrder): Promise<OfflineReply> {
  try {
    const does = OFFLINE_WORK[work] as (order: unknown) => Promise<unknown>;
    return { kind: 'value', value: await does(order) };
  } catch (error) {
    if (error instanceof InTheWay) return { kind: 'in_the_way' };
    const { fault, message } = faultOf(error);
    return { kind: 'failed', fault, message };
  }
}

parentPort?.postMessage(await run(workerData as OfflineOrder));

import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Fault } from '../fault.ts';
import { Commits } from '../feed/commits.ts';
import { Followers, placeOf } from '../feed/followers.ts';
import type { Delays } from '../feed/plan.ts';
import type { Bench, Figure, Row } from '../figure.ts';
import { startHallpass } from '../hallpass.ts';
import { runLoad } from '../load/run-load.ts';
import { prepareData } from '../prepared.ts';
import { CREATED, createRequest } from '../requests.ts';
import { ROUNDS, samplesOf } from '../rounds.ts';

const COUNTS = [1, 100, 1_000];
const RATE = 200;
const PHASES = { warmUpMs: 1_000, measureMs: 4_000 };
/** Until the last rows have arrived. */
const QUIET_MS = 500;

let series = 0;

interface Times {
  readonly ordered: Delays;
  readonly committed: Delays;
}

/** Rows lost anywhere make the figure fail. */
async function measureOnce(folder: string, replicas: number): Promise<Times> {
  const data = mkdtempSync(join(folder, 'data-'));
  await prepareData(data, 1_000);
  const server = await startHallpass(data);
  try {
    const { port } = server;
    const place = await placeOf(port);
    const followers = await Followers.start();
    await followers.connect({ port, replicas, place, spreadMs: 0 });
    const commits = new Commits(join(data, 'hallpass.db'));
    const requests = [createRequest(7_000 + series++)];
    const load = runLoad({ port, connections: 8, requests, expect: CREATED, rate: RATE, ...PHASES });
    await load.finally(() => commits.end());
    await setTimeout(QUIET_MS);
    const changes = Number((await placeOf(port)).split('.')[1]) - Number(place.split('.')[1]);
    if (commits.times.length !== changes)
      throw new Fault(`of ${changes} commits ${commits.times.length} were seen`);
    const { rows, lost, ordered, committed } = await followers.end(commits.times);
    if (lost > 0 || rows !== changes * replicas)
      throw new Fault(`of ${changes * replicas} rows ${rows} came, ${lost} out of order`);
    return { ordered, committed };
  } finally {
    await server.stop();
  }
}

async function measure({ folder }: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const replicas of COUNTS) {
    const times: Times[] = [];
    for (let i = 0; i < ROUNDS; i++) times.push(await measureOnce(folder, replicas));
    const having = `to ${replicas.toLocaleString('en-US')} replicas having it, ${RATE} a second`;
    for (const share of ['p50', 'p99'] as const) {
      rows.push({
        what: `${share} from the commit of a change ${having}`,
        unit: 'ms',
        ours: samplesOf(times.map(({ committed }) => committed[share])),
        target: { bound: 'at most', value: 25 },
      });
      rows.push({
        what: `${share} from ordering a change, the commit included, ${having}`,
        unit: 'ms',
        ours: samplesOf(times.map(({ ordered }) => ordered[share])),
      });
    }
  }
  return rows;
}

export const feed: Figure = { name: 'feed', measure };

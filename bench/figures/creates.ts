import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { programOf } from '../baseline.ts';
import type { Bench, Figure, Row } from '../figure.ts';
import { startHallpass } from '../hallpass.ts';
import { runLoad } from '../load/run-load.ts';
import { CREATED, createRequest } from '../requests.ts';
import { type Comparison, compare, type Side } from '../rounds.ts';

const CLIENTS = 32;
const WARM_UP_MS = 1_500;
const MEASURE_MS = 3_000;

const run = promisify(execFile);
let series = 0;

async function startOurs(folder: string, connections: number): Promise<Side> {
  const server = await startHallpass(mkdtempSync(join(folder, 'data-')));
  return {
    measure: async () => {
      const requests = [createRequest(++series)];
      const plan = { port: server.port, connections, requests, expect: CREATED };
      return (await runLoad({ ...plan, warmUpMs: WARM_UP_MS, measureMs: MEASURE_MS })).rate;
    },
    stop: () => server.stop(),
  };
}

async function startSingleCommits(folder: string): Promise<Side> {
  const program = programOf('single-commits');
  return {
    measure: async () => {
      const file = join(mkdtempSync(join(folder, 'single-')), 'hallpass.db');
      const args = [program, file, String(WARM_UP_MS), String(MEASURE_MS)];
      return Number((await run(process.execPath, args)).stdout);
    },
    stop: async () => {},
  };
}

async function measure({ folder }: Bench): Promise<Row[]> {
  const all = () => startOurs(folder, CLIENTS);
  const single = await compare(all, () => startSingleCommits(folder));
  const alone = await compare(all, () => startOurs(folder, 1));
  const row = (against: string, { ours, baseline, ratio }: Comparison): Row => ({
    what: `durable creates over HTTP, ${CLIENTS} clients`,
    unit: 'creates/s',
    ours,
    baseline: { what: against, samples: baseline, ratio },
    target: { bound: 'at least', value: 2 },
  });
  return [
    row('the same rows in a transaction each, no HTTP', single),
    row('this server with one client: a commit each', alone),
  ];
}

export const creates: Figure = { name: 'creates', measure };

import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { Followers, placeOf } from '../feed/followers.ts';
import type { Bench, Figure, Row } from '../figure.ts';
import { startHallpass } from '../hallpass.ts';
import { runLoad } from '../load/run-load.ts';
import { prepareData } from '../prepared.ts';
import { EMPTY, getEach } from '../requests.ts';
import { comparisonOf, ROUNDS, samplesOf } from '../rounds.ts';

const REPLICAS = 1_000;
/** What a server that stops tells as many replicas. */
const SPREAD_MS = 2_000;
const PHASES = { warmUpMs: 500, measureMs: 4_000 };
const PACE = { connections: 50, rate: 1_000 };

interface Times {
  readonly seconds: number;
  readonly meanwhile: number;
  readonly quiet: number;
}

async function measureOnce(folder: string): Promise<Times> {
  const data = mkdtempSync(join(folder, 'data-'));
  const requests = getEach('/_/verify', await prepareData(data, 1_000));
  const before = await startHallpass(data);
  const place = await placeOf(before.port);
  const followers = await Followers.start();
  const plan = { replicas: REPLICAS, place };
  await followers.connect({ ...plan, port: before.port, spreadMs: 0 });
  await before.stop();
  const server = await startHallpass(data);
  const { port } = server;
  try {
    const checks = () => runLoad({ port, requests, expect: EMPTY, ...PACE, ...PHASES });
    await checks();
    const { p99: quiet } = await checks();
    const coming = followers.connect({ ...plan, port, spreadMs: SPREAD_MS });
    const [{ p99: meanwhile }, after] = await Promise.all([checks(), coming]);
    await followers.end();
    return { seconds: after / 1000, meanwhile, quiet };
  } finally {
    await server.stop();
  }
}

async function measure({ folder }: Bench): Promise<Row[]> {
  const times: Times[] = [];
  for (let i = 0; i < ROUNDS; i++) times.push(await measureOnce(folder));
  const { ours, baseline, ratio } = comparisonOf(
    times.map(({ meanwhile }) => meanwhile),
    times.map(({ quiet }) => quiet),
  );
  return [
    {
      what: `${REPLICAS.toLocaleString('en-US')} replicas follow again after a restart`,
      unit: 's',
      ours: samplesOf(times.map(({ seconds }) => seconds)),
      target: { bound: 'at most', value: 5 },
    },
    {
      what: 'p99 of /_/verify at 1,000 a second while they come back',
      unit: 'ms',
      ours,
      baseline: { what: 'the same before', samples: baseline, ratio },
      target: { bound: 'at most', value: 3 },
    },
  ];
}

export const returning: Figure = { name: 'return', measure };

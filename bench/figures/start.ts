import { join } from 'node:path';
import type { Bench, Figure, Row } from '../figure.ts';
import { startHallpass } from '../hallpass.ts';
import { prepareData } from '../prepared.ts';
import { ROUNDS, samplesOf } from '../rounds.ts';

const TOKENS = 1_000_000;

async function secondsToReady(data: string): Promise<number> {
  const server = await startHallpass(data);
  await server.stop();
  return server.readyAfter / 1000;
}

async function measure({ folder }: Bench): Promise<Row[]> {
  const data = join(folder, 'data');
  await prepareData(data, TOKENS);
  // The first start makes the owner, and leaves what the others find.
  await secondsToReady(data);
  const seconds: number[] = [];
  for (let i = 0; i < ROUNDS; i++) seconds.push(await secondsToReady(data));
  return [
    {
      what: `start with ${TOKENS.toLocaleString('en-US')} tokens, from spawn to ready, file in the page cache`,
      unit: 's',
      ours: samplesOf(seconds),
      target: { bound: 'at most', value: 4 },
    },
  ];
}

export const start: Figure = { name: 'start', measure };

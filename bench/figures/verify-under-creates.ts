import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench, Figure, Row } from '../figure.ts';
import { startHallpass } from '../hallpass.ts';
import { runLoad } from '../load/run-load.ts';
import { prepareData } from '../prepared.ts';
import { CREATED, createRequest, EMPTY, getEach } from '../requests.ts';
import { compare, type Side } from '../rounds.ts';

const CLIENTS = 32;
const PHASES = { warmUpMs: 1_000, measureMs: 4_000 };
/** Longer at both ends than what is measured. */
const CREATE_PHASES = { warmUpMs: 500, measureMs: 5_000 };

interface Manner {
  readonly what: string;
  readonly connections: number;
  readonly rate?: number;
}

const MANNERS: readonly Manner[] = [
  { what: 'at full rate over 50 connections', connections: 50 },
  { what: 'at 1,000 a second', connections: 50, rate: 1_000 },
];

let series = 0;

/** A fresh server under this load of checks, and whether creates run beside it. */
async function startSide(folder: string, manner: Manner, underCreates: boolean): Promise<Side> {
  const data = mkdtempSync(join(folder, 'data-'));
  const requests = getEach('/_/verify', await prepareData(data, 1_000));
  const server = await startHallpass(data);
  const { port } = server;
  const { connections, rate } = manner;
  const pace = rate === undefined ? {} : { rate };
  return {
    measure: async () => {
      const checks = runLoad({ port, connections, requests, expect: EMPTY, ...pace, ...PHASES });
      const creating = { port, connections: CLIENTS, requests: [createRequest(++series)], expect: CREATED };
      const creates = underCreates ? runLoad({ ...creating, ...CREATE_PHASES }) : undefined;
      const [{ p99 }] = await Promise.all([checks, creates]);
      return p99;
    },
    stop: () => server.stop(),
  };
}

async function measureManner(folder: string, manner: Manner): Promise<Row> {
  const { ours, baseline, ratio } = await compare(
    () => startSide(folder, manner, true),
    () => startSide(folder, manner, false),
  );
  return {
    what: `p99 of /_/verify ${manner.what} while ${CLIENTS} clients create at full rate`,
    unit: 'ms',
    ours,
    baseline: { what: 'the same without creates', samples: baseline, ratio },
    target: { bound: 'at most', value: 2 },
  };
}

async function measure({ folder }: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const manner of MANNERS) rows.push(await measureManner(folder, manner));
  return rows;
}

export const verifyUnderCreates: Figure = { name: 'verify-under-creates', measure };

import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { sameAnswer, startBaseline } from '../baseline.ts';
import { median } from '../check/figures.ts';
import type { Bench, Figure, Row } from '../figure.ts';
import { startHallpass } from '../hallpass.ts';
import { runLoad } from '../load/run-load.ts';
import { prepareData } from '../prepared.ts';
import { CREATED, createRequest, EMPTY, getEach } from '../requests.ts';
import { compareField, comparisonOf, FEW, type Side } from '../rounds.ts';

const PATH = '/_/verify';
const CLIENTS = 32;
const PHASES = { warmUpMs: 750, measureMs: 2_500 };
/** Longer at both ends than what is measured. */
const CREATE_PHASES = { warmUpMs: 500, measureMs: 3_250 };

interface Manner {
  readonly what: string;
  readonly connections: number;
  readonly rate?: number;
}

const MANNERS: readonly Manner[] = [
  { what: 'at full rate over 50 connections', connections: 50 },
  { what: 'at 1,000 a second', connections: 50, rate: 1_000 },
];

/** Who is asked, and whether a Hallpass takes creates meanwhile: the one that is asked, or one beside the bare server. */
interface Place {
  readonly asked: 'hallpass' | 'bare';
  readonly creates: boolean;
}

let series = 0;

/** Fresh servers under this load of checks, and whether creates run beside it. */
async function startSide(folder: string, { connections, rate }: Manner, place: Place): Promise<Side> {
  const data = mkdtempSync(join(folder, 'data-'));
  const values = await prepareData(data, 1_000);
  const requests = getEach(PATH, values);
  const server = await startHallpass(data);
  const headers = await sameAnswer(server.port, PATH, values[0] ?? '');
  const bare = place.asked === 'bare' ? await startBaseline('bare-http', data, headers) : undefined;
  const { port } = bare ?? server;
  const pace = rate === undefined ? {} : { rate };
  return {
    measure: async () => {
      const checks = runLoad({ port, connections, requests, expect: EMPTY, ...pace, ...PHASES });
      const creating = { port: server.port, connections: CLIENTS, requests: [createRequest(++series)] };
      const creates = place.creates ? runLoad({ ...creating, expect: CREATED, ...CREATE_PHASES }) : undefined;
      const [{ p99 }] = await Promise.all([checks, creates]);
      return p99;
    },
    stop: async () => {
      await bare?.stop();
      await server.stop();
    },
  };
}

async function measureManner(folder: string, manner: Manner): Promise<Row[]> {
  const start = (place: Place) => () => startSide(folder, manner, place);
  const sides = {
    ours: start({ asked: 'hallpass', creates: true }),
    oursQuiet: start({ asked: 'hallpass', creates: false }),
    bare: start({ asked: 'bare', creates: true }),
    bareQuiet: start({ asked: 'bare', creates: false }),
  };
  const values = await compareField(sides, median, FEW);
  const rowOf = (what: string, under: readonly number[], quiet: readonly number[]): Row => {
    const { ours, baseline, ratio } = comparisonOf(under, quiet);
    const unit = 'ms';
    return { what, unit, ours, baseline: { what: 'the same without creates', samples: baseline, ratio } };
  };
  const creating = `while ${CLIENTS} clients create at full rate`;
  return [
    {
      ...rowOf(`p99 of ${PATH} ${manner.what} ${creating}`, values.ours, values.oursQuiet),
      target: { bound: 'at most', value: 2 },
    },
    rowOf(
      `p99 of bare node:http ${manner.what} ${creating} in a Hallpass that has nothing to do with it`,
      values.bare,
      values.bareQuiet,
    ),
  ];
}

async function measure({ folder }: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const manner of MANNERS) rows.push(...(await measureManner(folder, manner)));
  return rows;
}

export const verifyUnderCreates: Figure = { name: 'verify-under-creates', measure };

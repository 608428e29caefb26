import { mkdtempSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { startBaseline } from '../baseline.ts';
import { Fault } from '../fault.ts';
import type { Bench, Figure, Row } from '../figure.ts';
import { startHallpass } from '../hallpass.ts';
import { runLoad } from '../load/run-load.ts';
import { prepareData } from '../prepared.ts';
import { getEach } from '../requests.ts';
import { samplesOf } from '../rounds.ts';
import type { ServerProcess } from '../server-process.ts';

const GIB = 2 ** 30;
/** For so long small requests go through before: V8 compiles its reader of HTTP, which takes 35 MB once. */
const WARM_UP_MS = 2_000;
const MOST_MB = 30;
const ROUNDS = 3;
const CHUNK = Buffer.alloc(65_536, 'x');

function* bytes(count: number): Generator<Buffer> {
  for (let left = count; left > 0; left -= CHUNK.length) yield CHUNK;
}

interface Gate {
  readonly server: ServerProcess;
  readonly value: string;
}

/** Sends so many bytes through the gate, or has the upstream send them; rejects with a Fault unless all arrive. */
async function stream({ server, value }: Gate, way: 'up' | 'down', count: number): Promise<void> {
  const head = { Authorization: `Bearer ${value}` };
  const options = { host: '127.0.0.1', port: server.port, agent: false };
  const sent =
    way === 'up'
      ? request({ ...options, method: 'PUT', headers: { ...head, 'Content-Length': count } })
      : request({ ...options, path: `/${count}`, headers: head });
  const answered = new Promise<number>((resolve, reject) => {
    sent.on('error', reject);
    sent.on('response', async (response) => {
      let length = 0;
      let text = '';
      for await (const chunk of response) {
        length += chunk.length;
        if (way === 'up') text += String(chunk);
      }
      resolve(way === 'up' ? Number(text) : length);
    });
  });
  if (way === 'up') await pipeline(Readable.from(bytes(count), { objectMode: false }), sent);
  else sent.end();
  const arrived = await answered;
  if (arrived !== count) throw new Fault(`${arrived} of ${count} bytes arrived`);
}

async function warmUp({ server, value }: Gate): Promise<void> {
  const requests = getEach('/1', [value]);
  const expect = { status: 200, least: 1, most: 1 };
  await runLoad({ port: server.port, connections: 10, requests, expect, warmUpMs: 0, measureMs: WARM_UP_MS });
}

interface Passed {
  /** By how much the memory of the gate grew at most, in MB. */
  readonly growth: number;
  /** MB a second. */
  readonly rate: number;
}

/** Lets a gibibyte through the gate. */
async function pass(gate: Gate, way: 'up' | 'down'): Promise<Passed> {
  await warmUp(gate);
  const before = gate.server.residentBytes();
  let most = before;
  const look = (): void => {
    most = Math.max(most, gate.server.residentBytes());
  };
  const watch = setInterval(look, 20);
  const began = performance.now();
  await stream(gate, way, GIB).finally(() => clearInterval(watch));
  const rate = GIB / 1e3 / (performance.now() - began);
  look();
  return { growth: (most - before) / 1e6, rate };
}

async function measure({ folder }: Bench): Promise<Row[]> {
  const data = mkdtempSync(join(folder, 'data-'));
  const [value = ''] = await prepareData(data, 1);
  const upstream = await startBaseline('stream-upstream', folder);
  const passed: Record<'up' | 'down', Passed[]> = { up: [], down: [] };
  try {
    for (let i = 0; i < ROUNDS; i++) {
      for (const way of ['up', 'down'] as const) {
        const server = await startHallpass(data, ['--upstream', `http://127.0.0.1:${upstream.port}`]);
        passed[way].push(await pass({ server, value }, way).finally(() => server.stop()));
      }
    }
  } finally {
    await upstream.stop();
  }
  return (['up', 'down'] as const).flatMap((way): Row[] => [
    {
      what: `growth of the gate's memory while 1 GiB goes ${way} through it, in a process that has been in use`,
      unit: 'MB',
      ours: samplesOf(passed[way].map(({ growth }) => growth)),
      target: { bound: 'at most', value: MOST_MB },
    },
    {
      what: `speed of that one stream ${way}`,
      unit: 'MB/s',
      ours: samplesOf(passed[way].map(({ rate }) => rate)),
    },
  ]);
}

/** Whether long streams stay out of memory. */
export const streams: Figure = { name: 'streams', measure };

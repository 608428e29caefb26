import { mkdtempSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { startBaseline } from '../baseline.ts';
import { Fault } from '../fault.ts';
import type { Bench, Figure, Row } from '../figure.ts';
import { startHallpass } from '../hallpass.ts';
import { prepareData } from '../prepared.ts';
import { samplesOf } from '../rounds.ts';
import type { ServerProcess } from '../server-process.ts';

const GIB = 2 ** 30;
/** After so much the heap has its size: Node collects used buffers only when tens of megabytes of them lie about. */
const WARM_UP = 2 ** 28;
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

/** By how much the memory of the gate grows at most while so much goes through it, in MB. */
async function growth(gate: Gate, way: 'up' | 'down'): Promise<number> {
  await stream(gate, way, WARM_UP);
  const before = gate.server.residentBytes();
  let most = before;
  const look = (): void => {
    most = Math.max(most, gate.server.residentBytes());
  };
  const watch = setInterval(look, 20);
  await stream(gate, way, GIB).finally(() => clearInterval(watch));
  look();
  return (most - before) / 1e6;
}

async function measure({ folder }: Bench): Promise<Row[]> {
  const data = mkdtempSync(join(folder, 'data-'));
  const [value = ''] = await prepareData(data, 1);
  const upstream = await startBaseline('stream-upstream', folder);
  const grown: Record<'up' | 'down', number[]> = { up: [], down: [] };
  try {
    for (let i = 0; i < ROUNDS; i++) {
      for (const way of ['up', 'down'] as const) {
        const server = await startHallpass(data, ['--upstream', `http://127.0.0.1:${upstream.port}`]);
        grown[way].push(await growth({ server, value }, way).finally(() => server.stop()));
      }
    }
  } finally {
    await upstream.stop();
  }
  return (['up', 'down'] as const).map((way) => ({
    what: `growth of the gate's memory while 1 GiB goes ${way} through it, after the first 256 MiB`,
    unit: 'MB',
    ours: samplesOf(grown[way]),
    target: { bound: 'at most', value: MOST_MB },
  }));
}

/** Whether long streams stay out of memory. */
export const streams: Figure = { name: 'streams', measure };

// Many replicas in one process: each reads its stream, holds every row against the one before, and notes how old it is.
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { Latencies } from '../load/latencies.ts';
import type { FeedPlan, FeedReport } from './plan.ts';
import { Pieces, Reader } from './reader.ts';

/** All connections read into one: what came is looked at before the next is read. */
const BUFFER = Buffer.allocUnsafe(1 << 16);
/** What comes before everything is compiled does not count. */
const WARM_UP_MS = 1_000;
const latencies = new Latencies();
const pieces = new Pieces();
const readers: Reader[] = [];
let first = Number.POSITIVE_INFINITY;
let rows = 0;

function say(report: FeedReport): void {
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

function note(ordered: readonly number[]): void {
  const now = Date.now();
  rows += ordered.length;
  if (ordered.length > 0) first = Math.min(first, now);
  if (now - first > WARM_UP_MS) for (const at of ordered) latencies.add(now - at);
}

/** Resolves when it is greeted. */
function follow({ port, key, place }: FeedPlan): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const reader = new Reader(pieces, Number(place.split('.')[1]));
    readers.push(reader);
    const take = (size: number) => {
      note(reader.read(BUFFER.subarray(0, size)));
      if (reader.greeted) resolve(socket);
      return true;
    };
    const socket = connect({ port, host: '127.0.0.1', onread: { buffer: BUFFER, callback: take } });
    socket.on('error', reject);
    socket.write(
      `GET /_/feed HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${key}\r\nHallpass-Feed: 1\r\nLast-Event-ID: ${place}\r\n\r\n`,
    );
  });
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
say({ kind: 'ready' });
const { value } = await lines.next();
const plan = JSON.parse(String(value)) as FeedPlan;
const began = performance.now();
const sockets = await Promise.all(
  Array.from({ length: plan.replicas }, async () => {
    await setTimeout(Math.random() * plan.spreadMs);
    return follow(plan);
  }),
);
say({ kind: 'connected', after: performance.now() - began });
await lines.next();
const lost = readers.reduce((sum, reader) => sum + reader.lost, 0);
const [p50 = Number.NaN, p99 = Number.NaN] = latencies.percentiles([0.5, 0.99]);
say({ kind: 'ended', rows, lost, p50, p99 });
for (const socket of sockets) socket.destroy();
process.stdin.destroy();

// Many replicas in one process: each reads its stream, holds every row against the one before, and notes how old it is.
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { Latencies } from '../load/latencies.ts';
import type { FeedPlan, FeedReport } from './plan.ts';

const ROW = /\nid: [^.\n]+\.(\d+)\.[0-9a-f]+\ndata: \{"kind":"token","at":(\d+)/g;
/** What comes before everything is compiled does not count. */
const WARM_UP_MS = 1_000;
const latencies = new Latencies();
let first = Number.POSITIVE_INFINITY;
let rows = 0;
let lost = 0;

function say(report: FeedReport): void {
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

/** Resolves when it is greeted. */
function follow({ port, key, place }: FeedPlan): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let revision = Number(place.split('.')[1]);
    let rest = '';
    socket.setEncoding('latin1').on('error', reject);
    socket.write(
      `GET /_/feed HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${key}\r\nHallpass-Feed: 1\r\nLast-Event-ID: ${place}\r\n\r\n`,
    );
    socket.on('data', (chunk: string) => {
      const text = rest + chunk;
      const end = text.lastIndexOf('\n\n') + 1;
      rest = text.slice(end);
      const whole = text.slice(0, end);
      const now = Date.now();
      for (const [, number, at] of whole.matchAll(ROW)) {
        if (Number(number) !== revision + 1) lost++;
        revision = Number(number);
        rows++;
        first = Math.min(first, now);
        if (now - first > WARM_UP_MS) latencies.add(now - Number(at));
      }
      if (whole.includes('event: hello')) resolve(socket);
    });
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
const [p50 = Number.NaN, p99 = Number.NaN] = latencies.percentiles([0.5, 0.99]);
say({ kind: 'ended', rows, lost, p50, p99 });
for (const socket of sockets) socket.destroy();
process.stdin.destroy();

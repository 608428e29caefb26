// Many replicas in one process: each reads its stream, holds every row against the one before, and notes how old it is.
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { Latencies } from '../load/latencies.ts';
import type { CommitTimes, Delays, FeedOrder, FeedPlan, FeedReport } from './plan.ts';
import { type ChangeRow, Pieces, Reader } from './reader.ts';

/** All connections read into one: what came is looked at before the next is read. */
const BUFFER = Buffer.allocUnsafe(1 << 16);
/** What comes before everything is compiled does not count. */
const WARM_UP_MS = 1_000;
/** When the replicas got each change, by its revision. */
const arrivals = new Map<number, { ordered: number; times: number[] }>();
const pieces = new Pieces();
const readers: Reader[] = [];
const sockets: Socket[] = [];
let first = Number.POSITIVE_INFINITY;
let rows = 0;

function say(report: FeedReport): void {
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

function note(came: readonly ChangeRow[]): void {
  const now = Date.now();
  rows += came.length;
  if (came.length > 0) first = Math.min(first, now);
  if (now - first <= WARM_UP_MS) return;
  for (const { revision, ordered } of came) {
    const known = arrivals.get(revision);
    if (known) known.times.push(now);
    else arrivals.set(revision, { ordered, times: [now] });
  }
}

/** From these moments, by revision, until the replicas had it. */
function delaysFrom(begins: Iterable<readonly [revision: number, at: number]>): Delays {
  const delays = new Latencies();
  for (const [revision, at] of begins) {
    for (const time of arrivals.get(revision)?.times ?? []) delays.add(time - at);
  }
  const [p50 = Number.NaN, p99 = Number.NaN] = delays.percentiles([0.5, 0.99]);
  return { p50, p99 };
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

async function connectAll(plan: FeedPlan): Promise<void> {
  for (const socket of sockets.splice(0)) socket.destroy();
  readers.length = 0;
  arrivals.clear();
  first = Number.POSITIVE_INFINITY;
  rows = 0;
  const began = performance.now();
  const connected = Array.from({ length: plan.replicas }, async () => {
    await setTimeout(Math.random() * plan.spreadMs);
    return follow(plan);
  });
  sockets.push(...(await Promise.all(connected)));
  say({ kind: 'connected', after: performance.now() - began });
}

function end(commits: CommitTimes): void {
  const lost = readers.reduce((sum, reader) => sum + reader.lost, 0);
  const orders = [...arrivals].map(([revision, { ordered }]) => [revision, ordered] as const);
  say({ kind: 'ended', rows, lost, ordered: delaysFrom(orders), committed: delaysFrom(commits) });
  for (const socket of sockets) socket.destroy();
}

say({ kind: 'ready' });
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line) as FeedOrder;
  if (order.kind === 'connect') await connectAll(order.plan);
  else end(order.commits);
}

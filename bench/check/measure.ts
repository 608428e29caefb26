// One process of the bench: fills a table, times checks and, if asked, the baseline beside them, and prints
// its figures as JSON. Arguments: number of tokens, `baseline` or nothing. Needs --expose-gc.
import { hash } from 'node:crypto';
import { PerformanceObserver } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { decide } from '@hallpass/core/decide';
import { TokenTable } from '@hallpass/core/token-table';
import { type Figures, median } from './figures.ts';
import { Population } from './population.ts';

const BATCH = 1_000;
const BATCHES = 10;
const ROUNDS = 40;
const WARM_UP = 10;

type Side = (values: readonly string[]) => number;

function bytesHeld(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function tableSide(table: TokenTable): Side {
  const now = Date.now();
  return (values) => {
    let allowed = 0;
    for (const presented of values) {
      if (decide({ presented, access: 'read' }, table, now).allow) allowed++;
    }
    return allowed;
  };
}

function baselineSide(population: Population): Side {
  const map = new Map<string, object>();
  for (const { digest, ...entry } of population.entries()) {
    map.set(Buffer.from(digest, 'latin1').toString('hex'), entry);
  }
  return (values) => {
    let known = 0;
    for (const value of values) if (map.get(hash('sha256', value, 'hex')) !== undefined) known++;
    return known;
  };
}

/** Nanoseconds a value, over fresh strings that were made before the clock started. */
function time(side: Side, population: Population): number {
  let taken = 0n;
  for (let i = 0; i < BATCHES; i++) {
    const values = population.present(BATCH);
    const start = process.hrtime.bigint();
    const passed = side(values);
    taken += process.hrtime.bigint() - start;
    if (passed !== BATCH) throw new Error(`${BATCH - passed} of ${BATCH} tokens were not found.`);
  }
  return Number(taken) / (BATCH * BATCHES);
}

function timeAll(sides: readonly Side[], population: Population): number[] {
  const samples = sides.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    sides.forEach((side, i) => {
      const taken = time(side, population);
      if (round >= WARM_UP) samples[i]?.push(taken);
    });
  }
  return samples.map(median);
}

async function measure(count: number, withBaseline: boolean): Promise<Figures> {
  const population = new Population(count);
  const before = bytesHeld();
  const residentBefore = process.memoryUsage.rss();
  let worstPause = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) worstPause = Math.max(worstPause, duration);
  });
  observer.observe({ entryTypes: ['gc'] });
  const table = new TokenTable({ names: false });
  const start = process.hrtime.bigint();
  table.reserve(count);
  for (const entry of population.entries()) table.set(entry);
  const load = Number(process.hrtime.bigint() - start) / 1e6;
  const residentBytes = (process.memoryUsage.rss() - residentBefore) / count;
  const check = tableSide(table);
  time(check, population);
  // The observer hears of a collection a few turns of the event loop later.
  await setTimeout(100);
  observer.disconnect();
  const bytes = (bytesHeld() - before) / count;
  const sides = withBaseline ? [check, baselineSide(population)] : [check];
  const [checkNs = Number.NaN, baselineNs = Number.NaN] = timeAll(sides, population);
  if (table.size !== count) throw new Error('The table lost a token.');
  return { checkNs, baselineNs, load, bytes, residentBytes, worstPause };
}

const [count, baseline] = process.argv.slice(2);
console.log(JSON.stringify(await measure(Number(count), baseline === 'baseline')));

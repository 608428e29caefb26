import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median } from '../check/figures.ts';
import { Fault } from '../fault.ts';
import type { Figure, Row } from '../figure.ts';
import { samplesOf } from '../rounds.ts';

const RUNS = 15;
const FLAGS = ['--help', '--version'] as const;
const RATIO = 1.3;
const ALLOWED_MS = 60;

/** From spawn to exit, in milliseconds. */
function duration(args: readonly string[]): number {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args);
  const took = performance.now() - began;
  if (status !== 0) throw new Fault(`${args.join(' ')} ended with ${status}: ${String(stderr)}`);
  return took;
}

/** Runs both in turn; the first of each fills the page cache and does not count. */
function rowOf(flag: string): Row {
  const bin = fileURLToPath(import.meta.resolve('hallpass/bin'));
  const [ours, baseline]: [number[], number[]] = [[], []];
  for (let run = 0; run <= RUNS; run++) {
    const [one, other] = [duration([bin, flag]), duration(['-e', '0'])];
    if (run === 0) continue;
    ours.push(one);
    baseline.push(other);
  }
  const allowed = RATIO * median(baseline) + ALLOWED_MS;
  return {
    what: `hallpass ${flag}, from spawn to exit; at most ${RATIO} times \`node -e 0\` and ${ALLOWED_MS} ms`,
    unit: 'ms',
    ours: samplesOf(ours),
    target: { bound: 'at most', value: Math.round(allowed) },
  };
}

export const cliStart: Figure = { name: 'cli-start', measure: async () => FLAGS.map(rowOf) };

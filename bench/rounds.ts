import { median } from './check/figures.ts';

/** One fresh process (or more) of one side of a comparison. */
export interface Side {
  measure(): Promise<number>;
  stop(): Promise<void>;
}

/** What was measured of one side: a value for each of its processes. */
export interface Samples {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly each: readonly number[];
}

export interface Comparison {
  readonly ours: Samples;
  readonly baseline: Samples;
  /** Ours divided by the baseline of the same round. */
  readonly ratio: Samples;
}

/** Five fresh processes of each side: how fast one process runs is luck (its memory layout, its compiler). */
export const ROUNDS = 5;
const TURNS = 2;

export function samplesOf(each: readonly number[]): Samples {
  return { median: median(each), least: Math.min(...each), most: Math.max(...each), each };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** One process of each side, measured in turn: A B A B. */
async function round(
  startOurs: () => Promise<Side>,
  startBaseline: () => Promise<Side>,
): Promise<[ours: number, baseline: number]> {
  const ours = await startOurs();
  try {
    const baseline = await startBaseline();
    try {
      for (const side of [ours, baseline]) await side.measure();
      const values: [number[], number[]] = [[], []];
      for (let turn = 0; turn < TURNS; turn++) {
        values[0].push(await ours.measure());
        values[1].push(await baseline.measure());
      }
      return [mean(values[0]), mean(values[1])];
    } finally {
      await baseline.stop();
    }
  } finally {
    await ours.stop();
  }
}

/** Runs both sides round by round. The first measurement of a process warms it up and does not count. */
export async function compare(
  startOurs: () => Promise<Side>,
  startBaseline: () => Promise<Side>,
): Promise<Comparison> {
  const pairs: [number, number][] = [];
  for (let i = 0; i < ROUNDS; i++) pairs.push(await round(startOurs, startBaseline));
  return {
    ours: samplesOf(pairs.map(([ours]) => ours)),
    baseline: samplesOf(pairs.map(([, baseline]) => baseline)),
    ratio: samplesOf(pairs.map(([ours, baseline]) => ours / baseline)),
  };
}

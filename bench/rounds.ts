import { median } from './check/figures.ts';

/** One fresh process (or more) of one side of a comparison. */
export interface Side<Value = number> {
  measure(): Promise<Value>;
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

/** What was measured of many sides in the same rounds: a value for each process, by the name of its side. */
export type Field<Name extends string, Value> = Readonly<Record<Name, readonly Value[]>>;

/** A fresh process of every side, each warmed up once and then measured in turn; all are there until the last is done. */
async function fieldRound<Value>(
  starts: readonly (readonly [name: string, start: () => Promise<Side<Value>>])[],
): Promise<Map<string, Value>> {
  const sides: (readonly [name: string, side: Side<Value>])[] = [];
  const values = new Map<string, Value>();
  try {
    for (const [name, start] of starts) sides.push([name, await start()]);
    for (const [, side] of sides) await side.measure();
    for (const [name, side] of sides) values.set(name, await side.measure());
    return values;
  } finally {
    for (const [, side] of sides.reverse()) await side.stop();
  }
}

/** Runs many sides round by round. */
export async function compareField<Name extends string, Value>(
  sides: Readonly<Record<Name, () => Promise<Side<Value>>>>,
): Promise<Field<Name, Value>> {
  const names = Object.keys(sides) as Name[];
  const rounds: Map<string, Value>[] = [];
  for (let i = 0; i < ROUNDS; i++) rounds.push(await fieldRound(names.map((name) => [name, sides[name]])));
  return Object.fromEntries(
    names.map((name) => [name, rounds.map((values) => values.get(name))]),
  ) as unknown as Field<Name, Value>;
}

/** Two sides of a field, as samples and as the ratio within each round. */
export function comparisonOf(ours: readonly number[], baseline: readonly number[]): Comparison {
  return {
    ours: samplesOf(ours),
    baseline: samplesOf(baseline),
    ratio: samplesOf(ours.map((value, i) => value / (baseline[i] ?? Number.NaN))),
  };
}

/** Runs both sides round by round. The first measurement of a process warms it up and does not count. */
export async function compare(
  startOurs: () => Promise<Side>,
  startBaseline: () => Promise<Side>,
): Promise<Comparison> {
  const pairs: [number, number][] = [];
  for (let i = 0; i < ROUNDS; i++) pairs.push(await round(startOurs, startBaseline));
  return comparisonOf(
    pairs.map(([ours]) => ours),
    pairs.map(([, baseline]) => baseline),
  );
}

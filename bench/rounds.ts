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

/** Fresh processes of each side: how fast one process runs is luck (its memory layout, its compiler). */
export const ROUNDS = 5;

/** How often it is measured: in each round fresh processes of all sides, one after the other, and again. */
export interface Turns {
  readonly rounds: number;
  /** These do not count. */
  readonly warmUps: number;
  readonly counted: number;
}

export const FEW: Turns = { rounds: ROUNDS, warmUps: 1, counted: 2 };
/** For what can be told in a second: the machine is seldom as fast for a minute, and what slows it hits all sides. */
export const SHORT_AND_MANY: Turns = { rounds: 9, warmUps: 3, counted: 3 };
export const SHORT_PHASES = { warmUpMs: 250, measureMs: 750 };

export function samplesOf(each: readonly number[]): Samples {
  return { median: median(each), least: Math.min(...each), most: Math.max(...each), each };
}

/** What was measured of many sides in the same rounds: a value for each process, by the name of its side. */
export type Field<Name extends string, Value> = Readonly<Record<Name, readonly Value[]>>;

/** A fresh process of every side, each warmed up and measured in turn: A B C A B C. All are there until the last is done. */
async function round<Value>(
  starts: readonly (() => Promise<Side<Value>>)[],
  { warmUps, counted }: Turns,
): Promise<Value[][]> {
  const sides: Side<Value>[] = [];
  try {
    for (const start of starts) sides.push(await start());
    const values = sides.map((): Value[] => []);
    for (let turn = 0; turn < warmUps + counted; turn++) {
      for (const [i, side] of sides.entries()) {
        const value = await side.measure();
        if (turn >= warmUps) values[i]?.push(value);
      }
    }
    return values;
  } finally {
    for (const side of sides.reverse()) await side.stop();
  }
}

/** Runs many sides round by round. `merge` makes one value of those of a process. */
export async function compareField<Name extends string, Value>(
  sides: Readonly<Record<Name, () => Promise<Side<Value>>>>,
  merge: (values: readonly Value[]) => Value,
  turns: Turns,
): Promise<Field<Name, Value>> {
  const names = Object.keys(sides) as Name[];
  const starts = names.map((name) => sides[name]);
  const rounds: Value[][] = [];
  for (let i = 0; i < turns.rounds; i++) rounds.push((await round(starts, turns)).map(merge));
  return Object.fromEntries(
    names.map((name, side) => [name, rounds.map((values) => values[side])]),
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

/** Runs both sides round by round. */
export async function compare(
  startOurs: () => Promise<Side>,
  startBaseline: () => Promise<Side>,
  turns: Turns = FEW,
): Promise<Comparison> {
  const { ours, baseline } = await compareField({ ours: startOurs, baseline: startBaseline }, median, turns);
  return comparisonOf(ours, baseline);
}

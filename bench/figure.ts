import type { Machine } from './machine.ts';
import type { Samples } from './rounds.ts';

/** What a figure is held to: its ratio to the baseline, or its own value where there is none. */
export interface Target {
  readonly bound: 'at least' | 'at most';
  readonly value: number;
}

/** One line of the table. */
export interface Row {
  readonly what: string;
  readonly unit: string;
  readonly ours: Samples;
  /** Absent: the target is about our own value. */
  readonly baseline?: { readonly what: string; readonly samples: Samples; readonly ratio: Samples };
  /** Absent: the figure is told and judged by nobody. */
  readonly target?: Target;
}

/** What a figure may use. */
export interface Bench {
  /** An empty folder of its own, on the disk of the repository; it is removed afterwards. */
  readonly folder: string;
}

export interface Figure {
  readonly name: string;
  measure(bench: Bench): Promise<readonly Row[]>;
}

/** What came of a figure: its lines, or why there are none. */
export interface Result {
  readonly figure: string;
  readonly machine: Machine;
  readonly rows: readonly Row[];
  readonly fault: string | null;
}

export function isMet({ ours, baseline, target }: Row): boolean {
  if (target === undefined) return true;
  const value = (baseline?.ratio ?? ours).median;
  return target.bound === 'at least' ? value >= target.value : value <= target.value;
}

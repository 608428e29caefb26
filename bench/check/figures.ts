/** What one process measured. Times in nanoseconds a check and milliseconds otherwise; bytes a token. */
export interface Figures {
  readonly checkNs: number;
  /** NaN (null in JSON) where no baseline ran. */
  readonly baselineNs: number;
  readonly load: number;
  /** JavaScript heap and array buffers. */
  readonly bytes: number;
  /** What the whole process grew by during the load, its garbage included. */
  readonly residentBytes: number;
  readonly worstPause: number;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [below, above] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return ((below ?? Number.NaN) + (above ?? Number.NaN)) / 2;
}

export function medians(runs: readonly Figures[]): Figures {
  const of = (pick: (figures: Figures) => number): number => median(runs.map(pick));
  return {
    checkNs: of((run) => run.checkNs),
    baselineNs: of((run) => run.baselineNs),
    load: of((run) => run.load),
    bytes: of((run) => run.bytes),
    residentBytes: of((run) => run.residentBytes),
    worstPause: Math.max(...runs.map((run) => run.worstPause)),
  };
}

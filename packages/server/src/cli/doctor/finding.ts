import { changeFor } from './changes.ts';
import { FAULTS, type Fault, type ProxyKind } from './faults.ts';

/** One thing that was sent, and what came of it. */
export interface Trial {
  readonly sent: string;
  readonly came: string;
}

export interface Finding {
  /** What should be so. */
  readonly check: string;
  readonly result: 'good' | 'fault' | 'not_checked';
  readonly fault?: Fault;
  /** Those that went wrong; none when all is good. */
  readonly trials?: readonly Trial[];
  readonly means?: string;
  readonly change?: string;
}

/** What judging one answer said. */
export type Judgement = { readonly trial: Trial; readonly fault: Fault | undefined };

/** One finding a fault, or the one that all is good. */
export function findingsOf(
  check: string,
  judgements: readonly Judgement[],
  proxy: ProxyKind | undefined,
): Finding[] {
  const faults = new Set(judgements.flatMap(({ fault }) => fault ?? []));
  if (faults.size === 0) return [{ check, result: 'good' }];
  return [...faults].map((fault) => ({
    check,
    result: 'fault',
    fault,
    trials: judgements.filter((each) => each.fault === fault).map(({ trial }) => trial),
    means: FAULTS[fault],
    change: changeFor(fault, proxy),
  }));
}

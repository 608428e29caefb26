import type { Clock } from '@hallpass/core/clock';
import type { TokenId } from '@hallpass/core/id';
import { DENY_REASONS, type DenyReason } from '@hallpass/core/verdict';
import type { Live } from './live.ts';
import type { Usage } from './usage.ts';

export interface ReportedUse {
  readonly id: TokenId;
  /** Which of the token's values, by `spreadOf` its digest; undefined: not said. */
  readonly spread: number | undefined;
  readonly count: number;
  readonly lastUsedAt: number;
}

/** What a replica has decided since its last report. */
export interface UsageReport {
  readonly uses: readonly ReportedUse[];
  readonly refusals: Readonly<Partial<Record<DenyReason, number>>>;
}

/** So many reports are told from their repeats. */
const REMEMBERED = 50_000;

/** Takes in what replicas have decided, each report once. Gone after a restart, like the counts it guards. */
export class UsageReports {
  readonly #usage: Usage;
  readonly #live: Pick<Live, 'counts' | 'used'>;
  readonly #clock: Clock;
  readonly #known = new Set<string>();

  constructor(usage: Usage, live: Pick<Live, 'counts' | 'used'>, clock: Clock) {
    this.#usage = usage;
    this.#live = live;
    this.#clock = clock;
  }

  /** `key` is that of the report; a second one under it changes nothing. */
  take(key: string, { uses, refusals }: UsageReport): void {
    if (this.#known.has(key)) return;
    this.#remember(key);
    const now = this.#clock();
    const counts = this.#live.counts.replica;
    for (const { id, spread, count, lastUsedAt } of uses) {
      counts.allow += count;
      this.#usage.merge(id, Math.min(lastUsedAt, now));
      if (spread !== undefined && count > 0) this.#live.used(id, spread);
    }
    for (const reason of DENY_REASONS) counts[reason] += refusals[reason] ?? 0;
  }

  #remember(key: string): void {
    this.#known.add(key);
    if (this.#known.size <= REMEMBERED) return;
    const [oldest = ''] = this.#known;
    this.#known.delete(oldest);
  }
}

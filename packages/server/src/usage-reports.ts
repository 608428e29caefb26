import type { Clock } from '@hallpass/core/clock';
import type { TokenId } from '@hallpass/core/id';
import { DENY_REASONS, type DenyReason } from '@hallpass/core/verdict';
import type { Live } from './live.ts';
import type { Usage } from './usage.ts';

/** What a replica has decided since its last report. */
export interface UsageReport {
  readonly uses: readonly { readonly id: TokenId; readonly count: number; readonly lastUsedAt: number }[];
  readonly refusals: Readonly<Partial<Record<DenyReason, number>>>;
}

/** So many reports are told from their repeats. */
const REMEMBERED = 50_000;

/** Takes in what replicas have decided, each report once. Gone after a restart, like the counts it guards. */
export class UsageReports {
  readonly #usage: Usage;
  readonly #counts: Live['counts']['replica'];
  readonly #clock: Clock;
  readonly #known = new Set<string>();

  constructor(usage: Usage, live: Pick<Live, 'counts'>, clock: Clock) {
    this.#usage = usage;
    this.#counts = live.counts.replica;
    this.#clock = clock;
  }

  /** `key` is that of the report; a second one under it changes nothing. */
  take(key: string, { uses, refusals }: UsageReport): void {
    if (this.#known.has(key)) return;
    this.#remember(key);
    const now = this.#clock();
    for (const { id, count, lastUsedAt } of uses) {
      this.#counts.allow += count;
      this.#usage.merge(id, Math.min(lastUsedAt, now));
    }
    for (const reason of DENY_REASONS) this.#counts[reason] += refusals[reason] ?? 0;
  }

  #remember(key: string): void {
    this.#known.add(key);
    if (this.#known.size <= REMEMBERED) return;
    const [oldest = ''] = this.#known;
    this.#known.delete(oldest);
  }
}

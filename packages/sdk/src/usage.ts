import type { TokenId } from '@hallpass/core/id';
import { idAt } from '@hallpass/core/packed-id';
import { DENY_REASONS, type DenyReason, type Verdict } from '@hallpass/core/verdict';

/** The body of `POST /_/usage`. Times are milliseconds since the epoch. */
export interface WireUsage {
  readonly replica: string;
  readonly batch: string;
  readonly uses: readonly { readonly id: string; readonly count: number; readonly last_used_at: number }[];
  readonly refusals: Readonly<Record<string, number>>;
}

const RING = 1 << 12;
const MOST_TOKENS = 1 << 16;

interface Use {
  count: number;
  last: number;
}

function noRefusals(): Record<DenyReason, number> {
  return Object.fromEntries(DENY_REASONS.map((reason) => [reason, 0])) as Record<DenyReason, number>;
}

/**
 * Counts verdicts in memory: noting one is a few stores into arrays. It keeps at most 65,536 tokens between two
 * reports; uses of others are let go then.
 */
export class Usage {
  readonly #ids = new Int32Array(RING * 4);
  readonly #times = new Float64Array(RING);
  #noted = 0;
  #uses = new Map<TokenId, Use>();
  #refusals = noRefusals();
  #refused = 0;

  /** `now` in milliseconds since the epoch. */
  note(verdict: Verdict, now: number): void {
    if (!verdict.allow) {
      this.#refusals[verdict.reason]++;
      this.#refused++;
      return;
    }
    if (this.#noted === RING) this.#settle();
    verdict.principal.writeId(this.#ids, this.#noted * 4);
    this.#times[this.#noted++] = now;
  }

  /** At most `most` tokens of what has gathered, and all refusals; undefined when there is nothing. */
  take(most: number): Pick<WireUsage, 'uses' | 'refusals'> | undefined {
    this.#settle();
    if (this.#uses.size === 0 && this.#refused === 0) return undefined;
    const uses: WireUsage['uses'][number][] = [];
    for (const [id, { count, last }] of this.#uses) {
      if (uses.length === most) break;
      uses.push({ id, count, last_used_at: last });
      this.#uses.delete(id);
    }
    const refusals = Object.fromEntries(Object.entries(this.#refusals).filter(([, count]) => count > 0));
    this.#refusals = noRefusals();
    this.#refused = 0;
    return { uses, refusals };
  }

  #settle(): void {
    for (let i = 0; i < this.#noted; i++) this.#add(idAt(this.#ids, i * 4), this.#times[i] as number);
    this.#noted = 0;
  }

  #add(id: TokenId, time: number): void {
    const known = this.#uses.get(id);
    if (known) {
      known.count++;
      known.last = Math.max(known.last, time);
    } else if (this.#uses.size < MOST_TOKENS) this.#uses.set(id, { count: 1, last: time });
  }
}

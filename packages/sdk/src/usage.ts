import { DENY_REASONS, type DenyReason, type Verdict } from '@hallpass/core/verdict';
import { KEY_WORDS, type Use, UseTable } from './use-table.ts';

/** The body of `POST /_/usage`. Times are milliseconds since the epoch. */
export interface WireUsage {
  readonly replica: string;
  readonly batch: string;
  readonly uses: readonly {
    readonly id: string;
    readonly value: number;
    readonly count: number;
    readonly last_used_at: number;
  }[];
  readonly refusals: Readonly<Record<string, number>>;
}

function noRefusals(): Record<DenyReason, number> {
  return Object.fromEntries(DENY_REASONS.map((reason) => [reason, 0])) as Record<DenyReason, number>;
}

/** Notes until they are counted together: one by one, each would wait for memory far away. */
const RING = 1 << 13;
/** So many ask for a moment without checks in which to count them. */
const ASKING = RING / 2;
const VALUE = KEY_WORDS - 1;

/**
 * Counts verdicts in memory: noting one is a few stores into arrays, and counting what was noted waits for a moment
 * without checks, or until there is no more room. It keeps at most 65,536 values between two reports; uses of others are let go then.
 */
export class Usage {
  readonly #keys = new Int32Array(RING * KEY_WORDS);
  readonly #times = new Float64Array(RING);
  #noted = 0;
  #uses = new UseTable();
  /** The table whose uses are leaving, empty once all have. */
  #others = new UseTable();
  #refusals = noRefusals();
  #refused = 0;
  /** What was taken out of the table and is still to be reported. */
  #leaving: Generator<Use, void, undefined> | undefined;

  readonly #atLeisure: (act: () => void) => void;

  /** `atLeisure` acts once what the process is busy with is done; or never. */
  constructor(atLeisure: (act: () => void) => void = () => {}) {
    this.#atLeisure = atLeisure;
  }

  /** `now` in milliseconds since the epoch. */
  note(verdict: Verdict, now: number): void {
    if (verdict.allow) {
      if (this.#noted === RING) this.#settle();
      if (this.#noted === ASKING) this.#atLeisure(() => this.#settle());
      const at = this.#noted * KEY_WORDS;
      verdict.principal.writeId(this.#keys, at);
      this.#keys[at + VALUE] = verdict.principal.spread;
      this.#times[this.#noted++] = now;
    } else {
      this.#refusals[verdict.reason]++;
      this.#refused++;
    }
  }

  #settle(): void {
    this.#uses.addAll(this.#keys, this.#times, this.#noted);
    this.#noted = 0;
  }

  /** At most `most` values of what has gathered, and all refusals; undefined when there is nothing. */
  take(most: number): Pick<WireUsage, 'uses' | 'refusals'> | undefined {
    this.#settle();
    const uses = this.#takeUses(most);
    if (uses.length === 0 && this.#refused === 0) return undefined;
    const refusals = Object.fromEntries(Object.entries(this.#refusals).filter(([, count]) => count > 0));
    this.#refusals = noRefusals();
    this.#refused = 0;
    return { uses, refusals };
  }

  #takeUses(most: number): WireUsage['uses'] {
    const uses: WireUsage['uses'][number][] = [];
    while (uses.length < most) {
      const next = this.#leaving?.next();
      if (next?.value) {
        const { id, value, count, last } = next.value;
        uses.push({ id, value, count, last_used_at: last });
      } else if (!this.#renew()) break;
    }
    return uses;
  }

  /** False when nothing has gathered. */
  #renew(): boolean {
    this.#leaving = undefined;
    this.#others.clear();
    if (this.#uses.size === 0) return false;
    [this.#uses, this.#others] = [this.#others, this.#uses];
    this.#leaving = this.#others.entries();
    return true;
  }
}

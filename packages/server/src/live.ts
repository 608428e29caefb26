import type { Change } from '@hallpass/core/change';
import type { Clock } from '@hallpass/core/clock';
import { type AccessRequest, decide } from '@hallpass/core/decide';
import type { Digest } from '@hallpass/core/digest';
import type { TokenTable } from '@hallpass/core/token-table';
import { DENY, DENY_REASONS, type DenyReason, type Verdict } from '@hallpass/core/verdict';
import { Operators } from './operators.ts';
import type { Usage } from './usage.ts';

/** `replica` is none of this server's: what is decided there is reported. */
export const DOORS = ['gate', 'forward_auth', 'introspection', 'replica'] as const;
export type Door = (typeof DOORS)[number];

/** The one decision as every door sees it. Never throws: what goes wrong inside is a refusal. */
export interface Checker {
  check(request: AccessRequest, door: Door): Verdict;
}

type Counts = Record<Door, Record<DenyReason | 'allow', number>>;

function noCounts(): Counts {
  const row = Object.fromEntries(['allow', ...DENY_REASONS].map((result) => [result, 0]));
  return Object.fromEntries(DOORS.map((door) => [door, { ...row }])) as Counts;
}

/** This process's copy of what is stored: what every check is decided by, changed only by committed changes. */
export class Live implements Checker {
  readonly tokens: TokenTable;
  readonly operators: Operators = new Operators();
  /** Verdicts so far, for the metrics. */
  readonly counts: Counts = noCounts();
  readonly #clock: Clock;
  readonly #usage: Usage;
  #revision = 0;
  #ready = false;

  constructor(tokens: TokenTable, usage: Usage, clock: Clock) {
    this.tokens = tokens;
    this.#clock = clock;
    this.#usage = usage;
  }

  get ready(): boolean {
    return this.#ready;
  }

  /** The newest revision that is in here. */
  get revision(): number {
    return this.#revision;
  }

  /** Called once everything up to `revision` has been put in. */
  open(revision: number): void {
    this.#revision = revision;
    this.#ready = true;
  }

  check(request: AccessRequest, door: Door): Verdict {
    const now = this.#clock();
    const verdict = this.#decide(request, now);
    if (verdict.allow) {
      this.counts[door].allow++;
      this.#usage.note(verdict.principal, now);
    } else this.counts[door][verdict.reason]++;
    return verdict;
  }

  #decide(request: AccessRequest, now: number): Verdict {
    if (!this.#ready) return DENY.not_ready;
    try {
      return decide(request, this.tokens, now);
    } catch {
      return DENY.fault;
    }
  }

  /** Takes in committed changes, in the order of their revisions. */
  apply(changes: readonly Change[]): void {
    for (const change of changes) {
      this.#put(change);
      this.#revision = change.revision;
    }
  }

  #put(change: Change): void {
    switch (change.kind) {
      case 'token':
        this.tokens.set(change.token);
        break;
      case 'token_removed':
        this.tokens.delete(change.token.digest as Digest);
        break;
      case 'operator':
        this.operators.put(change.operator);
        break;
      case 'operator_removed':
        this.operators.remove(change.operator.id);
        break;
    }
  }
}

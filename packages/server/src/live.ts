import type { Change } from '@hallpass/core/change';
import type { Clock } from '@hallpass/core/clock';
import { type AccessRequest, decide } from '@hallpass/core/decide';
import { type Digest, spreadOf } from '@hallpass/core/digest';
import type { TokenId } from '@hallpass/core/id';
import type { TokenTable } from '@hallpass/core/token-table';
import { DENY, DENY_REASONS, type DenyReason, type Verdict } from '@hallpass/core/verdict';
import { FirstUses } from './first-uses.ts';
import { Operators } from './operators.ts';
import type { Usage } from './usage.ts';

/** `replica` is none of this server's: what is decided there is reported. */
export const DOORS = ['gate', 'forward_auth', 'introspection', 'replica'] as const;
export type Door = (typeof DOORS)[number];

/** The one decision as every door sees it. Never throws: what goes wrong inside is a refusal. */
export interface Checker {
  check(request: AccessRequest, door: Door): Verdict;
  /**
   * A count that moves whenever something changes about the values of this `spread`, and seldom else: as long as it
   * stands still, what was made of a principal is still true.
   */
  changesOf(spread: number): number;
  /** What `check` would say now, of a request that was let in before: counted and noted nowhere. */
  recheck(request: AccessRequest): Verdict;
}

/** Told of values that are over, so that they are taken from the store as well. */
type OnFirstUse = (id: TokenId, ended: readonly Digest[]) => void;

type Counts = Record<Door, Record<DenyReason | 'allow', number>>;

function noCounts(): Counts {
  const row = Object.fromEntries(['allow', ...DENY_REASONS].map((result) => [result, 0]));
  return Object.fromEntries(DOORS.map((door) => [door, { ...row }])) as Counts;
}

/** Values share a count with others, of which the change of one then tells for all. */
const COUNTS = 1 << 14;

/** This process's copy of what is stored: what every check is decided by, changed only by committed changes. */
export class Live implements Checker {
  readonly tokens: TokenTable;
  readonly operators: Operators = new Operators();
  readonly firstUses: FirstUses = new FirstUses();
  /** Verdicts so far, for the metrics. */
  readonly counts: Counts = noCounts();
  readonly #clock: Clock;
  readonly #usage: Usage;
  readonly #listeners: ((changes: readonly Change[]) => void)[] = [];
  readonly #changes = new Uint32Array(COUNTS);
  #revision = 0;
  #ready = false;
  #onFirstUse: OnFirstUse = () => {};

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
      if (this.firstUses.awaiting > 0) this.used(verdict.principal.id, verdict.principal.spread);
    } else this.counts[door][verdict.reason]++;
    return verdict;
  }

  recheck(request: AccessRequest): Verdict {
    return this.#decide(request, this.#clock());
  }

  changesOf(spread: number): number {
    return this.#changes[spread & (COUNTS - 1)] as number;
  }

  #decide(request: AccessRequest, now: number): Verdict {
    if (!this.#ready) return DENY.not_ready;
    try {
      return decide(request, this.tokens, now);
    } catch {
      return DENY.fault;
    }
  }

  /** Tells `listener` of changes once they are in force. */
  follow(listener: (changes: readonly Change[]) => void): void {
    this.#listeners.push(listener);
  }

  /** Has `listener` told, before the verdict on the use leaves, of values that a first use has ended. */
  followFirstUses(listener: OnFirstUse): void {
    this.#onFirstUse = listener;
  }

  /**
   * The value of this `spread` of a token was let in, here or at a replica. From now on, the values that were good
   * until then are refused here.
   */
  used(id: TokenId, spread: number): void {
    const ended = this.firstUses.use(id, spread);
    if (ended.length === 0) return;
    for (const digest of ended) this.tokens.delete(digest);
    this.#onFirstUse(id, ended);
  }

  /** Takes in committed changes, in the order of their revisions. */
  apply(changes: readonly Change[]): void {
    for (const change of changes) {
      this.#put(change);
      this.#revision = change.revision;
    }
    for (const listener of this.#listeners) listener(changes);
  }

  #put(change: Change): void {
    switch (change.kind) {
      case 'token':
        this.firstUses.put(change.token);
        if (!this.firstUses.isOver(change.token.digest)) this.tokens.set(change.token);
        this.#count(change.token.digest);
        break;
      case 'token_removed':
        this.tokens.delete(change.token.digest);
        this.#count(change.token.digest);
        this.firstUses.remove(change.token.id, change.token.digest);
        break;
      case 'operator':
        this.operators.put(change.operator);
        break;
      case 'operator_removed':
        this.operators.remove(change.operator.id);
        break;
    }
  }

  #count(digest: Digest): void {
    const at = spreadOf(digest) & (COUNTS - 1);
    this.#changes[at] = (this.#changes[at] as number) + 1;
  }
}

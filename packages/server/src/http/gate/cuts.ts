import type { Change } from '@hallpass/core/change';
import type { Clock } from '@hallpass/core/clock';
import type { AccessRequest } from '@hallpass/core/decide';
import type { Principal } from '@hallpass/core/principal';
import type { DenyReason } from '@hallpass/core/verdict';
import type { Checker } from '../../live.ts';

/** Runs something once, after so many milliseconds; what it returns calls that off. */
export type Later = (ms: number, run: () => void) => () => void;

/** For what a request was let in, and whom. */
export interface Admission {
  readonly asked: AccessRequest;
  readonly principal: Principal;
}

/** What was let in and is still open. */
export interface Open {
  readonly admission: Admission;
  /** How long it may go on, counted from its beginning, whatever becomes of its token, in milliseconds. */
  readonly graceMs: number;
  /** Ends it. Called once at most. */
  cut(reason: DenyReason): void;
}

export interface CutsOptions {
  readonly checker: Checker;
  readonly clock: Clock;
  readonly later: Later;
}

/** Clocks can be set forward: nothing waits for longer than this without a look at the time. */
const LONGEST_WAIT_MS = 60_000;

class Watched {
  open: Open;
  /** Where it lies among all that is open; -1: it is open no more. */
  place = -1;
  /** Nothing is cut before. */
  earliest: number;
  /** When the token ends for what it was used for. */
  end: number;
  #id: string | undefined;

  constructor(open: Open, now: number) {
    this.open = open;
    this.earliest = now + open.graceMs;
    this.end = endOf(open.admission.principal);
  }

  get due(): number {
    return Math.max(this.end, this.earliest);
  }

  get id(): string {
    this.#id ??= this.open.admission.principal.id;
    return this.#id;
  }
}

export type Watch = Watched;

function endOf({ expiresAt }: Principal): number {
  return expiresAt ?? Number.POSITIVE_INFINITY;
}

/**
 * What is open. A Set would do, but at every request it moves on to another table, and as long as an old one waits to be
 * collected it keeps alive what was in the next: requests that are long over would crowd the memory.
 */
class WatchList {
  readonly #all: Watched[] = [];

  get size(): number {
    return this.#all.length;
  }

  add(watched: Watched): void {
    watched.place = this.#all.push(watched) - 1;
  }

  remove(watched: Watched): void {
    if (watched.place === -1) return;
    const last = this.#all.pop() as Watched;
    if (last !== watched) {
      this.#all[watched.place] = last;
      last.place = watched.place;
    }
    watched.place = -1;
  }

  /** As they are now: what is removed meanwhile is still in it, with no place. */
  all(): readonly Watched[] {
    return this.#all.slice();
  }
}

/**
 * Ends what is open when its token is no longer good for it: the one decision is asked again at each change of
 * the token and at its expiry. One timer serves all.
 */
export class Cuts {
  readonly #checker: Checker;
  readonly #clock: Clock;
  readonly #later: Later;
  readonly #open = new WatchList();
  #next = Number.POSITIVE_INFINITY;
  #callOff: () => void = () => {};

  constructor({ checker, clock, later }: CutsOptions) {
    this.#checker = checker;
    this.#clock = clock;
    this.#later = later;
  }

  get size(): number {
    return this.#open.size;
  }

  watch(open: Open): Watch {
    const watched = new Watched(open, this.#clock());
    this.#open.add(watched);
    if (watched.due < this.#next) this.#wakeAt(watched.due);
    return watched;
  }

  /** What was watched as a request has become a stream: it has no more grace, and is ended by `cut`. */
  handOver(watch: Watch, cut: () => void): void {
    const now = this.#clock();
    watch.open = { admission: watch.open.admission, graceMs: 0, cut };
    watch.earliest = now;
    if (watch.due <= now) this.#review((watched) => watched === watch);
    else if (watch.due < this.#next) this.#wakeAt(watch.due);
  }

  release(watch: Watch | undefined): void {
    if (watch) this.#open.remove(watch);
  }

  /** Told of committed changes once they are in force. */
  changed(changes: readonly Change[]): void {
    if (this.#open.size === 0) return;
    const ids = new Set<string>();
    for (const change of changes) if ('token' in change) ids.add(change.token.id);
    if (ids.size > 0) this.#review((watched) => ids.has(watched.id));
  }

  close(): void {
    this.#callOff();
    for (const watched of this.#open.all()) this.#open.remove(watched);
  }

  /** Asks again for those that `concerns`, cuts what is due, and sets the timer for what is due next. */
  #review(concerns: (watched: Watched) => boolean): void {
    const now = this.#clock();
    let next = Number.POSITIVE_INFINITY;
    for (const watched of this.#open.all()) {
      if (watched.place !== -1 && concerns(watched)) this.#ask(watched, now);
      if (watched.place !== -1) next = Math.min(next, watched.due);
    }
    this.#wakeAt(next);
  }

  #ask(watched: Watched, now: number): void {
    const verdict = this.#checker.recheck(watched.open.admission.asked);
    if (verdict.allow) {
      watched.end = endOf(verdict.principal);
      return;
    }
    watched.end = Math.min(watched.end, now);
    if (watched.due > now) return;
    this.#open.remove(watched);
    watched.open.cut(verdict.reason);
  }

  #wakeAt(next: number): void {
    this.#callOff();
    this.#next = next;
    this.#callOff = () => {};
    if (next === Number.POSITIVE_INFINITY) return;
    const wait = Math.min(Math.max(0, next - this.#clock()), LONGEST_WAIT_MS);
    this.#callOff = this.#later(wait, () => {
      const now = this.#clock();
      this.#review((watched) => watched.due <= now);
    });
  }
}

/** One moment on both clocks, in milliseconds: the wall's since the epoch, and one that is never set. */
export interface Instant {
  readonly wall: number;
  readonly monotonic: number;
}

/** What the server's clock showed, and when that was here. */
export interface Contact {
  readonly time: number;
  readonly at: Instant;
}

/** How old a copy was at a moment, in milliseconds. */
export interface Age {
  readonly ms: number;
  readonly at: Instant;
}

/**
 * Milliseconds from one moment to another by the clock that says more. A monotonic clock may stand still while the
 * machine sleeps, and a wall clock may be turned back; what neither shows cannot be known.
 */
export function elapsed(from: Instant, to: Instant): number {
  return Math.max(to.monotonic - from.monotonic, to.wall - from.wall, 0);
}

/** What the server's clock shows at `now`, as far as can be told from here. */
export function serverTime({ time, at }: Contact, now: Instant): number {
  return time + elapsed(at, now);
}

/** The time by which tokens expire: a clock that is turned back, here or there, revives nothing. */
export function decidingTime(contact: Contact, now: Instant): number {
  return Math.max(now.wall, serverTime(contact, now));
}

export function ageAt({ ms, at }: Age, now: Instant): number {
  return ms + elapsed(at, now);
}

/** The one of two that makes the copy younger. */
export function younger(known: Age, offered: Age): Age {
  return offered.ms <= ageAt(known, offered.at) ? offered : known;
}

import { isIP } from 'node:net';
import type { Clock } from '@hallpass/core/clock';
import { HallpassError } from '@hallpass/core/errors';

/** So many at once, and one more whenever an interval (in milliseconds) has passed. */
interface Rate {
  readonly burst: number;
  readonly intervalMs: number;
}

const AN_ADDRESS: Rate = { burst: 20, intervalMs: 1000 };
const EVERYBODY: Rate = { burst: 1000, intervalMs: 10 };
const MOST_ADDRESSES = 10_000;

/** A token bucket is one number: the time at which it is full again. */
function take(fullAt: number, { burst, intervalMs }: Rate, now: number): { fullAt: number; waitMs: number } {
  const capacity = burst * intervalMs;
  // Later than any bucket can be: the clock was turned back since, and nobody should wait for that.
  const start = fullAt > now + capacity ? now : Math.max(fullAt, now);
  const waitMs = Math.max(0, start + intervalMs - now - capacity);
  return { fullAt: waitMs > 0 ? start : start + intervalMs, waitMs };
}

/** Whoever has one IPv6 address has at least 2^64 of them: the first half stands for all. */
function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.split('::');
  const left = head.split(':');
  const right = tail?.split(':') ?? [];
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...zeros, ...right].slice(0, 4).join(':');
}

/** 429, with the time to wait. */
export class RateLimited extends HallpassError {
  readonly headers: Readonly<Record<string, string>>;

  constructor(waitMs: number) {
    super('rate_limited', 'Too many attempts were wrong. Wait for as many seconds as Retry-After says.');
    const seconds = Math.ceil(waitMs / 1000);
    const window = (AN_ADDRESS.burst * AN_ADDRESS.intervalMs) / 1000;
    this.headers = {
      'Retry-After': String(seconds),
      'RateLimit-Policy': `"failures";q=${AN_ADDRESS.burst};w=${window}`,
      RateLimit: `"failures";r=0;t=${seconds}`,
    };
  }
}

/**
 * Slows down who guesses. Only what was wrong counts, by client address and for all together, and only what is
 * wrong is ever turned away: a right key from an address that has used up its attempts still works.
 */
export class FailureLimit {
  readonly #clock: Clock;
  /** The address that failed longest ago comes first, and is forgotten first. */
  readonly #addresses = new Map<string, number>();
  #everybody = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Does what may fail; a wrong credential counts. Throws what `attempt` throws, or RateLimited in its place. */
  guard<T>(address: string | null, attempt: () => T): T {
    try {
      return attempt();
    } catch (error) {
      if (error instanceof HallpassError && error.code === 'invalid_token') this.count(address);
      throw error;
    }
  }

  /** Counts a failure. Throws RateLimited when there were too many. Without an address, all share one. */
  count(address: string | null): void {
    const now = this.#clock();
    const key = address === null ? '' : networkOf(address);
    const own = take(this.#addresses.get(key) ?? 0, AN_ADDRESS, now);
    this.#remember(key, own.fullAt);
    if (own.waitMs > 0) throw new RateLimited(own.waitMs);
    const shared = take(this.#everybody, EVERYBODY, now);
    this.#everybody = shared.fullAt;
    if (shared.waitMs > 0) throw new RateLimited(shared.waitMs);
  }

  #remember(key: string, fullAt: number): void {
    this.#addresses.delete(key);
    this.#addresses.set(key, fullAt);
    if (this.#addresses.size <= MOST_ADDRESSES) return;
    const [oldest = ''] = this.#addresses.keys();
    this.#addresses.delete(oldest);
  }
}

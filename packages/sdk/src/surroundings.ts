import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Instant } from '@hallpass/core/replica-age';
import type { RandomBytes } from '@hallpass/core/token';

/** Calls off what was to happen later. */
export type Cancel = () => void;

/** All that a guard takes from the world around it. Tests hand in their own. */
export interface Surroundings {
  readonly now: () => Instant;
  /**
   * Acts once so many milliseconds have passed and what had arrived by then has been handed in: a process that stood
   * still finds its timers due before it has read what was sent meanwhile.
   */
  readonly later: (ms: number, act: () => void) => Cancel;
  /** Even in [0, 1). */
  readonly chance: () => number;
  readonly random: RandomBytes;
  readonly fetch: typeof fetch;
  readonly host: string;
  /** Takes trouble that nobody listens for. */
  readonly warn: (message: string) => void;
}

function later(ms: number, act: () => void): Cancel {
  let ended = false;
  const timer = setTimeout(() => {
    // The event loop reads from its sockets between a timer and what is put behind it here.
    setImmediate(() => setImmediate(() => ended || act()));
  }, ms);
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}

let last: Instant = { wall: Number.NaN, monotonic: 0 };

/** Both clocks; within one millisecond of the wall's the same, so that many checks do not read the other as often. */
function now(): Instant {
  const wall = Date.now();
  if (wall !== last.wall) last = { wall, monotonic: performance.now() };
  return last;
}

/** The clock, chance and network of the process. */
export const SURROUNDINGS: Surroundings = {
  now,
  later,
  chance: Math.random,
  random: randomBytes,
  fetch: (input, init) => fetch(input, init),
  host: hostname(),
  warn: (message) => process.emitWarning(message, 'HallpassWarning'),
};

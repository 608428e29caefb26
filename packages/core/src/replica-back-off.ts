/** What stood in the way of the last attempt. */
export type Hindrance = 'unreachable' | 'refused' | 'damaged';

/** Milliseconds of health behind which trouble counts as new. */
export const HEALTHY_AFTER = 60_000;

const FIRST = 250;
/** No server is believed that asks for more. */
const MOST_ASKED = 300_000;
/**
 * A server that is back is found within two seconds. A key that was refused, and an answer that costs a server much
 * and was of no use, can wait for longer.
 */
const LONGEST: Readonly<Record<Hindrance, number>> = { unreachable: 1_500, refused: 30_000, damaged: 30_000 };

export interface Attempt {
  /** 0, 1, 2 … since the stream was last healthy. */
  readonly attempt: number;
  readonly hindrance: Hindrance;
  /** What the server asked for, in milliseconds: to stay away for so long, and to come back spread over so long. */
  readonly after: number;
  readonly spread: number;
}

/**
 * Milliseconds to wait before the next attempt: anywhere between nothing and a bound that doubles, so that a thousand
 * who were cut at once do not return at once. `random` is even in [0, 1).
 */
export function waitBefore({ attempt, hindrance, after, spread }: Attempt, random: () => number): number {
  const bound = Math.min(FIRST * 2 ** attempt, LONGEST[hindrance]);
  const window = Math.max(bound, Math.min(spread, MOST_ASKED));
  return Math.floor(Math.min(after, MOST_ASKED) + random() * window);
}

/** The attempt that follows a stream which was healthy for so many milliseconds. */
export function nextAttempt(attempt: number, healthyFor: number): number {
  return healthyFor >= HEALTHY_AFTER ? 0 : attempt + 1;
}

import type { Stream } from './stream.ts';

/** All streams there were, one after the other: each is given what it lacks when its turn comes. */
export interface Round {
  readonly streams: readonly Stream[];
  /** Everybody has this once it is over, or more. */
  readonly goal: number;
  /** Whether those that have not confirmed the goal are asked to. */
  readonly asks: boolean;
  at: number;
  /** What its slices have taken so far. */
  ms: number;
}

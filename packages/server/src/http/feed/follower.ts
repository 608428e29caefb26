import type { Head, OperatorState } from '@hallpass/core/change';
import { statusOf } from '@hallpass/core/record';
import { sameChain } from '@hallpass/core/replica-position';
import type { Reset } from '@hallpass/core/wire-feed';
import { may } from '../../control/authorise.ts';
import type { Operators } from '../../operators.ts';
import type { Place } from '../../store/store.ts';

/** Who asks for a stream, and where it is to begin. */
export interface Follower {
  readonly operator: OperatorState;
  /** The name the replica gave itself. */
  readonly name: string;
  readonly from: Head;
  /** Whether a process that starts in its place knows all up to there, or nothing. */
  readonly kept: boolean;
  /** Milliseconds; null for a stream that has no end. */
  readonly poll: number | null;
  readonly requestId: string;
}

/** Whether this operator may still follow: its key is known, active, and of a role that may. */
export function mayFollow({ id, digest }: OperatorState, operators: Operators, now: number): boolean {
  const known = operators.get(digest);
  return known?.id === id && statusOf(known, now) === 'active' && may(known.role, 'feed.follow');
}

/** Why a stream cannot go on from a place; undefined when it can. */
export function resetFor(from: Head, { head, chain }: Place): Reset | undefined {
  if (from.epoch !== head.epoch) return 'epoch';
  if (from.revision > head.revision) return 'ahead';
  if (chain === null) return 'trimmed';
  return sameChain(from.chain, chain) ? undefined : 'chain';
}

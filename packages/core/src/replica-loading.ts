import { ageAt, type Instant } from './replica-age.ts';
import { FRESH_FOR, ignored } from './replica-following.ts';
import type { Copy, EventOf, ReplicaState, StateOf, Step } from './replica-state.ts';

/** A copy that follows no stream yet. */
export function resting(copy: Copy, at: Instant, fresh: boolean): ReplicaState {
  const kind = fresh && ageAt(copy.age, at) <= FRESH_FOR ? 'live' : 'stale';
  return { kind, copy, link: 'down', heardAt: at, doubt: null };
}

/** A snapshot begins aside, whatever was being built before. A file is for those who have nothing. */
export function onBegin(copy: Copy | null, state: ReplicaState, event: EventOf<'snapshot_begins'>): Step {
  if (event.origin === 'file' && state.kind !== 'cold') return ignored(state, 'newer_copy');
  return {
    state: { kind: 'loading', copy, origin: event.origin, began: event.asked },
    outcome: { kind: 'loading' },
  };
}

/** Its time is from the server's clock after it was asked for, so counted from then the copy is never younger than it seems. */
export function onEnd(state: StateOf<'loading'>, { head, time, at }: EventOf<'snapshot_ends'>): Step {
  const fromServer = state.origin === 'server';
  const ms = fromServer ? 0 : Math.max(0, state.began.wall - time);
  const copy: Copy = { head, contact: { time, at: state.began }, age: { ms, at: state.began } };
  const before = state.copy?.head;
  const backwards = before !== undefined && (before.epoch !== head.epoch || head.revision < before.revision);
  return { state: resting(copy, at, fromServer), outcome: { kind: 'swapped', backwards } };
}

export function onFail(state: StateOf<'loading'>, { at }: EventOf<'snapshot_fails'>): Step {
  return {
    state: state.copy === null ? { kind: 'cold' } : resting(state.copy, at, false),
    outcome: { kind: 'resync', by: 'snapshot', reason: 'snapshot' },
  };
}

import {
  type Followed,
  ignored,
  onChange,
  onConfirm,
  onCut,
  onHeartbeat,
  onHello,
  onMalformed,
  onReset,
  onResume,
  onTick,
} from './replica-following.ts';
import { onBegin, onEnd, onFail } from './replica-loading.ts';
import type {
  EventKind,
  EventOf,
  ReplicaEvent,
  ReplicaState,
  StateKind,
  StateOf,
  Step,
} from './replica-state.ts';

type Cell<S extends ReplicaState, E extends EventKind> = (state: S, event: EventOf<E>) => Step;
type Row<S extends ReplicaState> = { readonly [E in EventKind]: Cell<S, E> };

const noStream = (state: ReplicaState): Step => ignored(state, 'no_stream');
const noSnapshot = (state: ReplicaState): Step => ignored(state, 'no_snapshot');
const nothingDue = (state: ReplicaState): Step => ignored(state, 'nothing_due');
const over = (state: ReplicaState): Step => ignored(state, 'closed');
const close = (): Step => ({ state: { kind: 'closed' }, outcome: { kind: 'closed' } });

/** What follows a stream does so alike, fresh or not. */
const FOLLOWED: Row<Followed> = {
  snapshot_begins: (state, event) => onBegin(state.copy, state, event),
  snapshot_ends: noSnapshot,
  snapshot_fails: noSnapshot,
  hello: onHello,
  change: onChange,
  heartbeat: onHeartbeat,
  confirm: onConfirm,
  reset: onReset,
  resume: onResume,
  malformed: onMalformed,
  cut: onCut,
  tick: onTick,
  close,
};

/** Every state against every event: a cell that is missing does not compile. */
const TABLE: { readonly [S in StateKind]: Row<StateOf<S>> } = {
  cold: {
    snapshot_begins: (state, event) => onBegin(null, state, event),
    snapshot_ends: noSnapshot,
    snapshot_fails: noSnapshot,
    hello: noStream,
    change: noStream,
    heartbeat: noStream,
    confirm: noStream,
    reset: noStream,
    resume: noStream,
    malformed: noStream,
    cut: noStream,
    tick: nothingDue,
    close,
  },
  loading: {
    snapshot_begins: (state, event) => onBegin(state.copy, state, event),
    snapshot_ends: onEnd,
    snapshot_fails: onFail,
    hello: noStream,
    change: noStream,
    heartbeat: noStream,
    confirm: noStream,
    reset: noStream,
    resume: noStream,
    malformed: noStream,
    cut: noStream,
    tick: nothingDue,
    close,
  },
  live: FOLLOWED,
  stale: FOLLOWED,
  closed: {
    snapshot_begins: over,
    snapshot_ends: over,
    snapshot_fails: over,
    hello: over,
    change: over,
    heartbeat: over,
    confirm: over,
    reset: over,
    resume: over,
    malformed: over,
    cut: over,
    tick: over,
    close: over,
  },
};

/** What becomes of a replica when something happens to it. Pure; the time is in the event. */
export function step(state: ReplicaState, event: ReplicaEvent): Step {
  const cell = TABLE[state.kind][event.kind] as Cell<ReplicaState, EventKind>;
  return cell(state, event);
}

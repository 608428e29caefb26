import { ageAt, elapsed, serverTime, younger } from './replica-age.ts';
import { sameChain, samePosition } from './replica-position.ts';
import type { Doubt, EventOf, StateOf, Step } from './replica-state.ts';
import { type Bookmark, chainOf } from './wire-feed.ts';

/** Three heartbeats, in milliseconds: how long a copy counts as fresh, and a stream may be silent or late. */
export const FRESH_FOR = 15_000;

export type Followed = StateOf<'live'> | StateOf<'stale'>;

/** By the rule that only what was heard from a server in time is live. */
function settled(state: Followed, at: EventOf<'tick'>['at']): Followed {
  const fresh = ageAt(state.copy.age, at) <= FRESH_FOR && (state.kind === 'live' || state.link === 'server');
  return { ...state, kind: fresh ? 'live' : 'stale' };
}

export function ignored(
  state: Step['state'],
  why: Extract<Step['outcome'], { kind: 'ignored' }>['why'],
): Step {
  return { state, outcome: { kind: 'ignored', why } };
}

/** The stream is given up for a reason that says nothing against the copy. */
function leave(state: Followed, reason: Doubt): Step {
  return { state: { ...state, link: 'down' }, outcome: { kind: 'resync', by: 'tail', reason } };
}

/** The stream does not go on from the copy: ask again for the tail, and, where that was no cure, for everything. */
function doubt(state: Followed, reason: Doubt): Step {
  const here = state.copy.head.revision;
  if (state.doubt !== here) return leave({ ...state, doubt: here }, reason);
  return abandon(state, reason);
}

/** The copy has no place in the server's history. It serves on, as old as it is, until a snapshot replaces it. */
function abandon(state: Followed, reason: Doubt): Step {
  return {
    state: { ...state, kind: 'stale', link: 'down', doubt: null },
    outcome: { kind: 'resync', by: 'snapshot', reason },
  };
}

/** Why the stream is not where the copy is. */
function misplaced(
  { copy: { head } }: Followed,
  { position }: Pick<Bookmark, 'position'>,
): Doubt | undefined {
  if (samePosition(head, position)) return undefined;
  if (head.epoch !== position.epoch) return 'epoch';
  if (head.revision === position.revision) return 'chain';
  return head.revision < position.revision ? 'gap' : 'behind';
}

export function onHello(state: Followed, event: EventOf<'hello'>): Step {
  const { time, at, origin, asked } = event;
  const opened: Followed = { ...state, link: origin, heardAt: at };
  const reason = misplaced(opened, event);
  if (reason) return doubt(opened, reason);
  const { copy } = state;
  const later = origin === 'server' || time > serverTime(copy.contact, at);
  const contact = later ? { time, at } : copy.contact;
  const offered = origin === 'server' ? { ms: 0, at: asked } : { ms: Math.max(0, at.wall - time), at };
  const age = event.head === copy.head.revision ? younger(copy.age, offered) : copy.age;
  return { state: settled({ ...opened, copy: { ...copy, contact, age } }, at), outcome: { kind: 'noted' } };
}

export function onHeartbeat(state: Followed, event: EventOf<'heartbeat'>): Step {
  if (state.link === 'down') return ignored(state, 'no_stream');
  const reason = misplaced(state, event);
  if (reason) return doubt(state, reason);
  const { copy, link } = state;
  const { time, at } = event;
  const expected = serverTime(copy.contact, at);
  const contact = time >= expected ? { time, at } : copy.contact;
  const ms = Math.max(0, (link === 'file' ? at.wall : expected) - time);
  const whole = event.head === copy.head.revision;
  const age = whole ? younger(copy.age, { ms, at }) : copy.age;
  const noted = { ...state, heardAt: at, copy: { ...copy, contact, age }, doubt: whole ? null : state.doubt };
  if (link === 'server' && ms > FRESH_FOR) return leave(settled(noted, at), 'late');
  return { state: settled(noted, at), outcome: { kind: 'noted' } };
}

export function onChange(state: Followed, event: EventOf<'change'>): Step {
  if (state.link === 'down') return ignored(state, 'no_stream');
  const { row, epoch, at } = event;
  const { head } = state.copy;
  if (epoch !== head.epoch) return doubt(state, 'epoch');
  if (row.revision > head.revision + 1) return doubt(state, 'gap');
  if (row.revision <= head.revision) {
    const forked = row.revision === head.revision && !sameChain(row.chain, head.chain);
    return forked ? doubt(state, 'chain') : ignored({ ...state, heardAt: at }, 'repeat');
  }
  if (!sameChain(chainOf(head.chain, row), row.chain)) return doubt(state, 'chain');
  const copy = { ...state.copy, head: { epoch, revision: row.revision, chain: row.chain } };
  return { state: { ...state, copy, heardAt: at }, outcome: { kind: 'applied', row } };
}

export function onConfirm(state: Followed, event: EventOf<'confirm'>): Step {
  if (state.link !== 'server') return ignored(state, 'no_stream');
  const reason = misplaced(state, event);
  if (reason) return doubt(state, reason);
  const heard: Followed = { ...state, heardAt: event.at };
  return { state: heard, outcome: { kind: 'confirm', position: state.copy.head } };
}

// These may be the first a new stream says, before any hello, or all that comes of asking for one.

export function onReset(state: Followed): Step {
  return abandon(state, 'reset');
}

export function onMalformed(state: Followed): Step {
  return doubt(state, 'malformed');
}

export function onResume(state: Followed): Step {
  return leave(state, 'resume');
}

export function onCut(state: Followed): Step {
  return leave(state, 'cut');
}

export function onTick(state: Followed, { at }: EventOf<'tick'>): Step {
  const next = settled(state, at);
  if (state.link !== 'down' && elapsed(state.heardAt, at) > FRESH_FOR) return leave(next, 'silent');
  return next.kind === state.kind
    ? ignored(state, 'nothing_due')
    : { state: next, outcome: { kind: 'noted' } };
}

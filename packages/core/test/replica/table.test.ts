import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FIRST_CHAIN } from '@hallpass/core/change';
import { nextAttempt, waitBefore } from '@hallpass/core/replica-back-off';
import type { EventKind, EventOf, ReplicaState, StateKind } from '@hallpass/core/replica-state';
import { step } from '@hallpass/core/replica-step';

const at = { wall: 1_800_000_000_000, monotonic: 0 };
const head = { epoch: 'e', revision: 0, chain: FIRST_CHAIN };
const copy = { head, contact: { time: at.wall, at }, age: { ms: 0, at } };
const following = { copy, link: 'server', heardAt: at, doubt: null } as const;
const bookmark = { position: head, time: at.wall, head: 0, at };

const STATES: { readonly [K in StateKind]: ReplicaState } = {
  cold: { kind: 'cold' },
  loading: { kind: 'loading', copy, origin: 'server', began: at },
  live: { kind: 'live', ...following },
  stale: { kind: 'stale', ...following },
  closed: { kind: 'closed' },
};

const EVENTS: { readonly [K in EventKind]: EventOf<K> } = {
  snapshot_begins: { kind: 'snapshot_begins', origin: 'server', asked: at, at },
  snapshot_ends: { kind: 'snapshot_ends', head, time: at.wall, at },
  snapshot_fails: { kind: 'snapshot_fails', at },
  hello: { kind: 'hello', replica: 'r', origin: 'server', asked: at, ...bookmark },
  change: {
    kind: 'change',
    epoch: 'x',
    row: { revision: 1, chain: FIRST_CHAIN, kind: 'hidden', hash: FIRST_CHAIN },
    at,
  },
  heartbeat: { kind: 'heartbeat', ...bookmark },
  confirm: { kind: 'confirm', position: head, at },
  reset: { kind: 'reset', reason: 'epoch', at },
  resume: { kind: 'resume', reason: 'slow', spread: 0, at },
  malformed: { kind: 'malformed', at },
  cut: { kind: 'cut', at },
  tick: { kind: 'tick', at },
  close: { kind: 'close', at },
};

/** The next state and the outcome of every cell, in the order of the events above; `.` is ignored. */
const EXPECTED: { readonly [K in StateKind]: string } = {
  cold: 'loading:loading . . . . . . . . . . . closed:closed',
  loading: 'loading:loading live:swapped stale:resync . . . . . . . . . closed:closed',
  live: 'loading:loading . . live:noted live:resync live:noted live:confirm stale:resync live:resync live:resync live:resync . closed:closed',
  stale:
    'loading:loading . . live:noted stale:resync live:noted stale:confirm stale:resync stale:resync stale:resync stale:resync live:noted closed:closed',
  closed: '. . . . . . . . . . . . .',
};

for (const [kind, state] of Object.entries(STATES)) {
  test(`every event has its answer in the state ${kind}`, () => {
    const cells = Object.values(EVENTS).map((event) => {
      const next = step(state, event);
      return next.outcome.kind === 'ignored' ? '.' : `${next.state.kind}:${next.outcome.kind}`;
    });
    assert.equal(cells.join(' '), EXPECTED[kind as StateKind]);
  });
}

test('C99: waits are drawn from a bound that doubles, keeps to what the server asked, and ends after health', () => {
  const wait = (attempt: number, after = 0, spread = 0) =>
    waitBefore({ attempt, hindrance: 'unreachable', after, spread }, () => 0.999);
  assert.deepEqual(
    [0, 1, 2, 3, 99].map((attempt) => wait(attempt)),
    [249, 499, 999, 1_498, 1_498],
  );
  assert.equal(wait(0, 5_000), 5_249);
  assert.equal(wait(0, 0, 4_000), 3_996);
  assert.equal(
    waitBefore({ attempt: 9, hindrance: 'refused', after: 0, spread: 0 }, () => 0),
    0,
  );
  assert.deepEqual([nextAttempt(4, 59_999), nextAttempt(4, 60_000)], [5, 0]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Presented } from '@hallpass/core/credential';
import type { AccessRequest } from '@hallpass/core/decide';
import { digestOf } from '@hallpass/core/digest';
import { Replica } from '@hallpass/core/replica';
import type { Instant } from '@hallpass/core/replica-age';
import { mint } from '@hallpass/core/token';
import { entryOf, ModelServer } from './model-server.ts';

const value = mint('hp_', (size) => Uint8Array.from({ length: size }, (_, i) => i)).reveal();
const request: AccessRequest = { presented: value as Presented, access: 'read' };

const START = 1_800_000_000_000;
const at = (wall: number, monotonic: number): Instant => ({ wall: START + wall, monotonic });

function loaded(
  expiresIn: number | null = null,
  origin: 'server' | 'file' = 'server',
  asked = at(0, 0),
): Replica {
  const server = new ModelServer();
  const expiresAt = expiresIn === null ? null : START + expiresIn;
  server.commit((place) => ({
    ...place,
    kind: 'token',
    token: { ...entryOf(0, true), digest: digestOf(value), expiresAt },
  }));
  const replica = new Replica({ maxStaleness: 60_000 });
  replica.beginSnapshot(origin, asked);
  for (const piece of server.snapshot()) replica.pushSnapshot(piece, asked);
  return replica;
}

test('without a copy every answer is not_ready, also while the first one is loading and after the end', () => {
  const replica = new Replica();
  assert.deepEqual(replica.check(request, at(0, 0)), { allow: false, reason: 'not_ready' });
  replica.beginSnapshot('server', at(0, 0));
  assert.deepEqual(replica.check(request, at(0, 0)), { allow: false, reason: 'not_ready' });
  const closed = loaded();
  closed.take({ kind: 'close', at: at(1, 1) });
  assert.deepEqual(closed.check(request, at(1, 1)), { allow: false, reason: 'not_ready' });
});

test('C95: a copy serves to the last millisecond of its limit, and not one more', () => {
  const replica = loaded();
  assert.equal(replica.check(request, at(60_000, 60_000)).allow, true);
  assert.deepEqual(replica.check(request, at(60_001, 60_001)), { allow: false, reason: 'stale' });
});

test('a process that slept knows its age at its first verdict, whichever clock stood still', () => {
  assert.equal(loaded().check(request, at(60_001, 5)).allow, false);
  assert.equal(loaded().check(request, at(-3_600_000, 60_001)).allow, false);
});

test('C40: turning the clock back revives nothing that has expired', () => {
  const replica = loaded(10_000);
  assert.equal(replica.check(request, at(9_999, 9_999)).allow, true);
  assert.deepEqual(replica.check(request, at(-3_600_000, 10_000)), { allow: false, reason: 'expired' });
});

test('C98: a snapshot file is as old as the wall clock says, and never makes a replica live', () => {
  assert.equal(loaded(null, 'file').state.kind, 'stale');
  assert.equal(loaded(null, 'server').state.kind, 'live');
  assert.equal(loaded(null, 'file', at(59_000, 0)).check(request, at(60_000, 1_000)).allow, true);
  assert.equal(loaded(null, 'file', at(61_000, 0)).check(request, at(61_000, 0)).allow, false);
});

test('a clock that is no number refuses', () => {
  const replica = loaded();
  assert.equal(replica.check(request, { wall: Number.NaN, monotonic: 0 }).allow, false);
  assert.equal(replica.check(request, { wall: START, monotonic: Number.NaN }).allow, false);
});

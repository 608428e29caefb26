import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeGuard } from '@hallpass/sdk/testing';
import { following } from './guarded.ts';

test('a fake guard decides as a real one does, by the tokens that a test makes', () => {
  const guard = fakeGuard();
  const value = guard.issue({ name: 'ci', write: false });
  const read = guard.check(`Bearer ${value}`, { write: false });
  assert.ok(read.allow);
  assert.equal(read.principal.name, 'ci');
  assert.deepEqual(guard.check(`Bearer ${value}`), { allow: false, reason: 'read_only' });
  guard.revoke(value);
  assert.deepEqual(guard.check(`Bearer ${value}`), { allow: false, reason: 'unknown' });
  guard.refusing = 'stale';
  assert.deepEqual(guard.check(undefined), { allow: false, reason: 'stale' });
});

test('a fake guard that is closed refuses everything, as a real one does', async () => {
  const guard = fakeGuard();
  const value = guard.issue();
  await guard.close();
  assert.deepEqual(guard.check(`Bearer ${value}`), { allow: false, reason: 'not_ready' });
  await assert.rejects(guard.ready(), /closed/);
});

test('a fake guard refuses the names that a server refuses, and one that is taken until it is free again', () => {
  const guard = fakeGuard();
  for (const name of ['', ' ci', 'a\nb', 'x'.repeat(256)])
    assert.throws(() => guard.issue({ name }), TypeError);
  const value = guard.issue({ name: 'ci' });
  assert.throws(() => guard.issue({ name: 'ci' }), TypeError);
  guard.revoke(value);
  guard.issue({ name: 'ci' });
  assert.notEqual(guard.issue(), guard.issue());
});

test('a fake guard gives a token without a name one that is free, whatever names there are', () => {
  const guard = fakeGuard();
  guard.issue({ name: 'test 2' });
  assert.ok(guard.check(`Bearer ${guard.issue()}`).allow);
});

test('what is no request is refused by either, and neither throws', async (t) => {
  const { guard } = await following(t);
  const nonsense: readonly unknown[] = [{}, [], 42, true, Symbol('x'), { headers: {} }, { rawHeaders: null }];
  for (const request of nonsense) {
    for (const either of [guard, fakeGuard()]) {
      const verdict = either.check(request as string);
      assert.ok(!verdict.allow && verdict.reason === 'fault', String(request));
    }
  }
});

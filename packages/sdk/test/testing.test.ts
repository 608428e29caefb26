import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeGuard } from '@hallpass/sdk/testing';

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

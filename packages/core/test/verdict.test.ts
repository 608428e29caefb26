import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DENY, DENY_REASONS } from '@hallpass/core/verdict';

test('there is one refusal for each reason, and nobody can turn one into something else', () => {
  assert.deepEqual(Object.keys(DENY), [...DENY_REASONS]);
  assert.ok(Object.isFrozen(DENY));
  for (const reason of DENY_REASONS) {
    assert.deepEqual(DENY[reason], { allow: false, reason });
    assert.throws(() => Object.assign(DENY[reason], { allow: true }), TypeError);
    assert.equal(DENY[reason].allow, false);
  }
});

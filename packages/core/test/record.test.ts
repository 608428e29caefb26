import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusOf } from '@hallpass/core/record';

const END = 2 ** 31 * 1000;

test('C27, C28: a token is active up to the last millisecond before its end, and expired from its end on', () => {
  assert.equal(statusOf({ active: true, expiresAt: END }, END - 1), 'active');
  assert.equal(statusOf({ active: true, expiresAt: END }, END), 'expired');
  assert.equal(statusOf({ active: true, expiresAt: END }, END + 1), 'expired');
});

test('C31: a token without an end is active at any time', () => {
  assert.equal(statusOf({ active: true, expiresAt: null }, Number.MAX_SAFE_INTEGER), 'active');
});

test('inactive wins over expired', () => {
  assert.equal(statusOf({ active: false, expiresAt: END }, END), 'inactive');
  assert.equal(statusOf({ active: false, expiresAt: null }, END), 'inactive');
});

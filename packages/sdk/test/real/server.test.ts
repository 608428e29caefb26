import assert from 'node:assert/strict';
import { test } from 'node:test';
import { place, until } from './place.ts';

test('a revocation whose answer names a guard as confirmed is refused by it from then on', async (t) => {
  const { hallpass, guard, issue, remove, verdict } = await place(t, { name: 'billing-1' });
  const value = await issue('ci');
  await guard.ready();
  await until(() => verdict(value) === 'allow');
  await until(async () => (await hallpass.admin.replicas()).length === 1);
  const { replicas } = await remove('ci', 10_000);
  assert.deepEqual(replicas, { confirmed: 1, pending: [] });
  assert.equal(verdict(value), 'unknown');
  const [replica] = await hallpass.admin.replicas();
  assert.equal(replica?.name, 'billing-1');
});

test('a use here becomes the last use there', async (t) => {
  const { hallpass, guard, issue, verdict } = await place(t);
  const value = await issue('ci');
  await guard.ready();
  await until(() => verdict(value) === 'allow');
  const record = async () => {
    for await (const token of hallpass.admin.listTokens()) return token.last_used_at;
    return null;
  };
  assert.equal(await record(), null);
  await guard.close();
  await until(async () => (await record()) !== null);
});

test('C100: a guard whose key is revoked is cut off, says so, and goes on with its copy', async (t) => {
  const { hallpass, guard, issue, verdict } = await place(t);
  const value = await issue('ci');
  await until(() => verdict(value) === 'allow');
  const refused = new Promise((resolve) => {
    guard.on('trouble', ({ code }) => code === 'refused' && resolve(code));
  });
  await hallpass.admin.deleteOperator('verifier');
  assert.equal(await refused, 'refused');
  assert.equal(verdict(value), 'allow');
});

test('when the server dies, checks go on and the age rises', async (t) => {
  const { hallpass, guard, issue, verdict } = await place(t);
  const value = await issue('ci');
  await until(() => verdict(value) === 'allow');
  const gone = new Promise((resolve) => {
    guard.on('trouble', ({ code }) => code === 'unreachable' && resolve(code));
  });
  await hallpass.stop();
  await gone;
  assert.equal(verdict(value), 'allow');
  const age = guard.ageMs;
  await until(() => guard.ageMs > age);
});

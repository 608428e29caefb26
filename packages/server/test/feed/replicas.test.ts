import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startServer, type TestServer } from '../server.ts';
import { follow } from './follower.ts';

async function metric(server: TestServer, name: string): Promise<string | undefined> {
  const { text } = await server.call('GET', '/_/metrics');
  return new RegExp(`^${name.replace(/[{}]/g, '\\$&')} (.*)$`, 'm').exec(text)?.[1];
}

describe('the list of replicas', () => {
  test('says who is connected, since when, with whose key and how far', async (t) => {
    const server = await startServer(t);
    const before = Date.now();
    const { record: verifier } = await server.admin.createOperator({ name: 'billing', role: 'verifier' });
    assert.deepEqual(await server.admin.replicas(), []);
    await follow(t, server.url, { name: 'billing-1', key: verifier.key });
    const [replica, ...others] = await server.admin.replicas();
    assert.ok(replica && others.length === 0);
    const { connected_at, confirmed_at, ...rest } = replica;
    assert.deepEqual(rest, { name: 'billing-1', operator: 'billing', poll: false, revision: 2, age_ms: 0 });
    for (const time of [connected_at, confirmed_at]) assert.ok(time >= before && time <= Date.now());
  });

  test('a replica that has not confirmed the newest change lacks it, and one that left is listed no more', async (t) => {
    const server = await startServer(t);
    const follower = await follow(t, server.url, { name: 'one' });
    follower.confirms = false;
    await server.admin.createToken({ name: 'a' });
    await follower.connection.frame('confirm');
    const [replica] = await server.admin.replicas();
    assert.equal(replica?.revision, 1);
    assert.ok((replica?.age_ms ?? 0) > 0);
    assert.ok(Number(await metric(server, 'hallpass_replica_lag_seconds')) > 0);
    assert.equal(await metric(server, 'hallpass_replicas'), '1');
    follower.connection.close();
    while ((await server.admin.replicas()).length > 0);
    assert.equal(await metric(server, 'hallpass_replicas'), '0');
    assert.equal(await metric(server, 'hallpass_replica_lag_seconds'), '0');
    assert.equal(await metric(server, 'hallpass_feed_ended_total{reason="left"}'), '1');
  });

  test('a replica is asked how far it is without anybody waiting', async (t) => {
    const server = await startServer(t);
    const follower = await follow(t, server.url);
    await server.admin.createToken({ name: 'a' });
    await follower.connection.frame('confirm');
    while ((await server.admin.replicas())[0]?.revision !== 2);
  });

  test('owners, managers and auditors may see it, a verifier may not; no replica is a label', async (t) => {
    const server = await startServer(t);
    await follow(t, server.url, { name: 'secret-name' });
    for (const [role, status] of [
      ['manager', 200],
      ['auditor', 200],
      ['verifier', 403],
    ] as const) {
      const { record } = await server.admin.createOperator({ name: role, role });
      assert.equal((await server.call('GET', '/_/replicas', { key: record.key })).status, status, role);
    }
    assert.ok(!(await server.call('GET', '/_/metrics')).text.includes('secret-name'));
  });
});

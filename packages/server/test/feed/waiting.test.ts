import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatPosition } from '@hallpass/core/replica-position';
import { type Answer, startServer, type TestServer } from '../server.ts';
import { follow } from './follower.ts';

const LONG = '?wait=30000';

/** Every call that can take a right away, on the token or operator `a`. */
const CALLS: readonly [method: string, path: string, body: object, revision?: number][] = [
  ['PUT', '/_/token', { name: 'a', active: false }],
  ['PATCH', '/_/token', { name: 'a', active: false }],
  ['DELETE', '/_/token', { name: 'a' }],
  // One row for the value that goes, one for that which comes.
  ['POST', '/_/token/rotate', { name: 'a' }, 5],
  ['PATCH', '/_/operator', { name: 'a', active: false }],
  ['DELETE', '/_/operator', { name: 'a' }],
];

function pendingOf({ body }: Answer): readonly string[] {
  return body.replicas?.pending ?? [];
}

function disable(server: TestServer, name: string, wait: string): Promise<Answer> {
  return server.call('PATCH', `/_/token${wait}`, { body: { name, active: false } });
}

function revoke(server: TestServer, token: string, wait: string): Promise<Response> {
  return fetch(`${server.url}/_/revoke${wait}`, { method: 'POST', body: new URLSearchParams({ token }) });
}

describe('waiting for the replicas', () => {
  for (const [method, path, body, revision = 4] of CALLS) {
    test(`${method} ${path} is answered when every replica has confirmed`, async (t) => {
      const server = await startServer(t);
      await server.admin.createToken({ name: 'a' });
      await server.admin.createOperator({ name: 'a', role: 'auditor' });
      const followers = [await follow(t, server.url), await follow(t, server.url)];
      const answer = await server.call(method, path + LONG, { body });
      assert.equal(answer.status, 200);
      assert.deepEqual(
        [answer.body.revision, answer.body.replicas],
        [revision, { confirmed: 2, pending: [] }],
      );
      for (const { replica } of followers) assert.equal(replica.position?.revision, revision);
    });
  }

  test('without ?wait nothing is said of replicas, and with it and none connected, none is waited for', async (t) => {
    const server = await startServer(t);
    await server.admin.createToken({ name: 'a' });
    const plain = await disable(server, 'a', '');
    assert.ok(!('replicas' in plain.body) && !('revision' in plain.body));
    const waited = await disable(server, 'a', LONG);
    assert.deepEqual(waited.body.replicas, { confirmed: 0, pending: [] });
  });

  test('a replica that does not confirm in time is named, and the change is made', async (t) => {
    const server = await startServer(t);
    await server.admin.createToken({ name: 'a' });
    await follow(t, server.url, { name: 'quick' });
    const slow = await follow(t, server.url, { name: 'slow' });
    slow.confirms = false;
    const answer = await disable(server, 'a', '?wait=1500');
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body.replicas, { confirmed: 1, pending: ['slow'] });
    assert.equal((await server.call('GET', '/_/token')).body.data?.[0]?.['active'], false);
  });

  test('a replica that left stays named; back under its name it counts with what it has', async (t) => {
    const server = await startServer(t);
    await server.admin.createToken({ name: 'a' });
    const gone = await follow(t, server.url, { name: 'gone' });
    const back = await follow(t, server.url, { name: 'back' });
    gone.confirms = false;
    back.confirms = false;
    const answer = disable(server, 'a', '?wait=2000');
    await Promise.all([gone.reach(3), back.reach(3)]);
    gone.connection.close();
    await back.again();
    assert.deepEqual((await answer).body.replicas, { confirmed: 1, pending: ['gone'] });
  });

  test('a replica that comes back and does not keep what it has is waited for until it confirms', async (t) => {
    const server = await startServer(t);
    await server.admin.createToken({ name: 'a' });
    const back = await follow(t, server.url, { name: 'back', headers: { 'Hallpass-Kept': 'no' } });
    back.confirms = false;
    const answer = disable(server, 'a', '?wait=2000');
    await back.reach(3);
    await back.again();
    assert.deepEqual((await answer).body.replicas, { confirmed: 0, pending: ['back'] });
    const [replica] = await server.admin.replicas();
    assert.equal(replica?.revision, 0);
  });

  for (const value of ['NO', '', 'yes', 'no, no']) {
    test(`a place that is asked from with Hallpass-Kept: "${value}" does not count as confirmed`, async (t) => {
      const server = await startServer(t);
      await server.admin.createToken({ name: 'a' });
      const asking = await follow(t, server.url, { headers: { 'Hallpass-Kept': value } });
      asking.confirms = false;
      await asking.again();
      const [replica] = await server.admin.replicas();
      assert.equal(replica?.revision, 0);
    });
  }

  test('many who wait at once are all answered', async (t) => {
    const server = await startServer(t);
    const names = Array.from({ length: 20 }, (_, i) => `t${i}`);
    for (const name of names) await server.admin.createToken({ name });
    await Promise.all([follow(t, server.url), follow(t, server.url)]);
    const answers = await Promise.all(names.map((name) => disable(server, name, LONG)));
    for (const answer of answers) assert.deepEqual(answer.body.replicas, { confirmed: 2, pending: [] });
  });

  test('a place counts only from the operator, and at the place, that was asked', async (t) => {
    const server = await startServer(t);
    const { record: other } = await server.admin.createOperator({ name: 'other', role: 'verifier' });
    await server.admin.createToken({ name: 'a' });
    const follower = await follow(t, server.url, { name: 'mine' });
    follower.confirms = false;
    const answer = disable(server, 'a', '?wait=1000');
    const { position } = await follower.connection.frame('confirm');
    const place = formatPosition(position);
    const applied = async (body: object, key = server.ownerKey) =>
      (await server.call('POST', '/_/feed/applied', { key, body })).body.data?.[0]?.['noted'];
    assert.equal(await applied({ replica: 'mine', position: place }, other.key), false);
    assert.equal(await applied({ replica: 'nobody', position: place }), false);
    assert.equal(await applied({ replica: 'mine', position: place.replace(/.$/, '_') }), false);
    assert.equal(await applied({ replica: 'mine', position: place }), true);
    assert.equal(await applied({ replica: 'mine', position: place }), false);
    assert.deepEqual(pendingOf(await answer), []);
  });

  test('who revokes by value is told too, if it was a value', async (t) => {
    const server = await startServer(t);
    const { record } = await server.admin.createToken({ name: 'a' });
    await follow(t, server.url);
    const answer = await revoke(server, record.token ?? '', LONG);
    assert.deepEqual(await answer.json(), { revision: 3, replicas: { confirmed: 1, pending: [] } });
    for (const value of [record.token ?? '', 'hp_unknown']) {
      const nothing = await revoke(server, value, LONG);
      assert.deepEqual([nothing.status, await nothing.text()], [200, '']);
    }
  });

  test('a time that is none is 400, and nothing is changed', async (t) => {
    const server = await startServer(t);
    await server.admin.createToken({ name: 'a' });
    for (const wait of ['0', '-1', '30001', '1.5', 'x', '']) {
      const answer = await disable(server, 'a', `?wait=${wait}`);
      assert.equal(answer.status, 400, wait);
      assert.equal(answer.body.errors?.[0]?.field, 'wait');
    }
    assert.equal((await server.call('GET', '/_/token')).body.data?.[0]?.['active'], true);
  });

  test('a server that stops answers those who wait with what it knows', async (t) => {
    const server = await startServer(t);
    await server.admin.createToken({ name: 'a' });
    const follower = await follow(t, server.url, { name: 'slow' });
    follower.confirms = false;
    const answer = disable(server, 'a', LONG);
    await follower.connection.frame('confirm');
    await server.stop();
    assert.deepEqual(pendingOf(await answer), ['slow']);
  });

  test('a replica that polls confirms between two polls', async (t) => {
    const server = await startServer(t);
    await server.admin.createToken({ name: 'a' });
    const follower = await follow(t, server.url, { name: 'poller', query: '?poll=30000' });
    const answer = await disable(server, 'a', LONG);
    assert.deepEqual(answer.body.replicas, { confirmed: 1, pending: [] });
    await follower.connection.end();
    const [record] = await server.admin.replicas();
    assert.deepEqual([record?.name, record?.poll, record?.revision], ['poller', true, 3]);
  });
});

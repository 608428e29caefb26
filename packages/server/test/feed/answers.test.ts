import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { digestOf } from '@hallpass/core/digest';
import { unpackTokens } from '@hallpass/core/packed';
import { formatPosition } from '@hallpass/core/replica-position';
import { SnapshotDecoder, type SnapshotPart } from '@hallpass/core/replica-snapshot-decoder';
import { type CallOptions, startServer, type TestServer } from '../server.ts';
import { connect, FEED, follow } from './follower.ts';

const SNAPSHOT = '/_/feed/snapshot';

async function operator(server: TestServer, role: 'owner' | 'manager' | 'auditor' | 'verifier') {
  const { record } = await server.admin.createOperator({ name: `one ${role}`, role });
  return record;
}

async function partsOf(server: TestServer, options: CallOptions = {}): Promise<SnapshotPart[]> {
  const answer = await fetch(server.url + SNAPSHOT, {
    headers: { Authorization: `Bearer ${options.key ?? server.ownerKey}`, ...FEED },
  });
  assert.equal(answer.status, 200);
  const decoder = new SnapshotDecoder();
  return [...decoder.push(new Uint8Array(await answer.arrayBuffer()))];
}

describe('what the feed answers', () => {
  test('a snapshot has every token and the place they stand for, from before it was read', async (t) => {
    const server = await startServer(t);
    const before = Date.now();
    for (const name of ['a', 'b', 'c']) await server.admin.createToken({ name });
    const [start, ...rest] = await partsOf(server);
    const end = rest.pop();
    assert.ok(start?.kind === 'start' && end?.kind === 'end');
    assert.equal(start.count, 3);
    assert.ok(start.time >= before && start.time <= Date.now());
    const names = rest.flatMap((part) =>
      part.kind === 'batch' ? [...unpackTokens(part.packed)].map(({ name }) => name) : [],
    );
    assert.deepEqual(names.sort(), ['a', 'b', 'c']);
    assert.equal(end.head.revision, 4);
  });

  test('neither snapshot nor stream is to be kept, transformed or held back on its way', async (t) => {
    const server = await startServer(t);
    const { place, connection } = await follow(t, server.url);
    const snapshot = await server.call('GET', SNAPSHOT, { headers: FEED });
    for (const [name, value] of [
      ['cache-control', 'no-store, no-transform'],
      ['x-accel-buffering', 'no'],
    ] as const) {
      assert.equal(snapshot.headers.get(name), value);
      assert.equal(connection.response.headers[name], value);
    }
    assert.equal(snapshot.headers.get('content-type'), 'application/vnd.hallpass.snapshot');
    assert.equal(snapshot.headers.get('content-encoding'), null);
    assert.equal(connection.response.headers['content-type'], 'text/event-stream');
    assert.ok(connection.response.headers['x-request-id']);
    assert.equal(place.revision, 1);
  });

  test('C102: a client of another version is told so with 406, and one that names none too', async (t) => {
    const server = await startServer(t);
    for (const path of ['/_/feed', SNAPSHOT]) {
      for (const headers of [{}, { 'Hallpass-Feed': '2' }, { 'Hallpass-Feed': '1, 2' }]) {
        const answer = await server.call('GET', path, { headers });
        assert.equal(answer.status, 406, path);
        assert.equal(answer.body.code, 'feed_version');
        assert.match(answer.body.detail, /Hallpass-Feed: 1/);
      }
    }
  });

  test('owners and verifiers may follow and load, nobody else', async (t) => {
    const server = await startServer(t);
    const from = formatPosition((await follow(t, server.url)).place);
    for (const [role, status] of [
      ['verifier', 200],
      ['manager', 403],
      ['auditor', 403],
    ] as const) {
      const { key } = await operator(server, role);
      const stream = await connect(server.url, from, { key });
      assert.equal(stream.response.statusCode, status, role);
      stream.close();
      assert.equal((await server.call('GET', SNAPSHOT, { key, headers: FEED })).status, status, role);
      const body = { replica: 'x', position: from };
      assert.equal((await server.call('POST', '/_/feed/applied', { key, body })).status, status, role);
    }
    for (const path of ['/_/feed', SNAPSHOT]) {
      assert.equal((await server.call('GET', path, { key: null, headers: FEED })).status, 401);
      const key = 'hpo_2222222222222222222222222222223wVn1e';
      assert.equal((await server.call('GET', path, { key, headers: FEED })).status, 401);
      assert.equal((await server.call('HEAD', path, { headers: FEED })).status, 405);
    }
  });

  test('a place, a name or a time in a wrong form is 400, with the field', async (t) => {
    const server = await startServer(t);
    const place = formatPosition((await follow(t, server.url)).place);
    const well = { ...FEED, 'Last-Event-ID': place };
    const wrong: [string, string, Record<string, string>][] = [
      ['Last-Event-ID', '', FEED],
      ['Last-Event-ID', '', { ...well, 'Last-Event-ID': `${place}0` }],
      ['Last-Event-ID', '', { ...well, 'Last-Event-ID': place.toUpperCase() }],
      ['Hallpass-Replica', '', { ...well, 'Hallpass-Replica': 'a b' }],
      ['Hallpass-Replica', '', { ...well, 'Hallpass-Replica': 'x'.repeat(49) }],
      ['poll', '?poll=0', well],
      ['poll', '?poll=30001', well],
      ['poll', '?poll=1.5', well],
    ];
    for (const [field, query, headers] of wrong) {
      const answer = await server.call('GET', `/_/feed${query}`, { headers });
      assert.equal(answer.status, 400, field);
      assert.deepEqual(
        answer.body.errors?.map((error) => error.field),
        [field],
      );
    }
  });

  test('a stream goes by the name its replica gave itself, with a number while another has it', async (t) => {
    const server = await startServer(t);
    const one = await follow(t, server.url, { name: 'billing-1' });
    assert.equal((await one.connection.frame('hello')).replica, 'billing-1');
    const two = await follow(t, server.url, { name: 'billing-1' });
    assert.equal((await two.connection.frame('hello')).replica, 'billing-1-2');
    const nameless = await follow(t, server.url);
    assert.match((await nameless.connection.frame('hello')).replica, /^replica-./);
  });

  test('a stream says where the head is, and what it says can be checked', async (t) => {
    const server = await startServer(t);
    await server.admin.createToken({ name: 'a' });
    const { connection, place } = await follow(t, server.url);
    const hello = await connection.frame('hello');
    assert.deepEqual([hello.head, hello.position], [2, place]);
    const beat = await connection.frame('heartbeat');
    assert.deepEqual([beat.head, beat.position], [2, place]);
    assert.ok(beat.time >= hello.time);
  });

  test('a change of an operator is shown as a hash: no name, key, role or id', async (t) => {
    const server = await startServer(t);
    const follower = await follow(t, server.url);
    const bytes: Buffer[] = [];
    follower.connection.response.on('data', (chunk: Buffer) => bytes.push(chunk));
    const { id, key } = await operator(server, 'auditor');
    await follower.reach(2);
    const text = Buffer.concat(bytes).toString();
    assert.match(text, /"kind":"hidden"/);
    const digest = Buffer.from(digestOf(key), 'latin1').toString('base64url');
    for (const secret of [id, key, digest, 'one auditor', 'auditor']) assert.ok(!text.includes(secret));
  });

  test('as many streams as are set may be open, one more is 503 with Retry-After', async (t) => {
    const server = await startServer(t, { feedMaxStreams: '2' });
    const one = await follow(t, server.url);
    const from = formatPosition(one.place);
    await follow(t, server.url);
    const refused = await server.call('GET', '/_/feed', { headers: { ...FEED, 'Last-Event-ID': from } });
    assert.equal(refused.status, 503);
    assert.equal(refused.body.code, 'feed_full');
    assert.match(refused.headers.get('retry-after') ?? '', /^\d+$/);
  });

  test('more snapshots at once than are made at once are all made', async (t) => {
    const server = await startServer(t);
    await server.admin.createToken({ name: randomBytes(8).toString('hex') });
    const all = await Promise.all(Array.from({ length: 50 }, () => partsOf(server)));
    for (const parts of all) assert.equal(parts.at(-1)?.kind, 'end');
  });
});

describe('who leaves', () => {
  test('while waiting for a snapshot, or in the middle of one, leaves nothing behind', async (t) => {
    const server = await startServer(t);
    await server.admin.createToken({ name: 'a' });
    for (let i = 0; i < 5; i++) {
      const leaving = Array.from({ length: 40 }, async () => {
        const controller = new AbortController();
        const headers = { Authorization: `Bearer ${server.ownerKey}`, ...FEED };
        const answer = fetch(server.url + SNAPSHOT, { headers, signal: controller.signal });
        setImmediate(() => controller.abort());
        await answer.catch(() => undefined);
      });
      await Promise.all(leaving);
    }
    assert.equal((await partsOf(server)).at(-1)?.kind, 'end');
  });
});

describe('a poll', () => {
  test('with nothing new it ends after the time it named, with a heartbeat', async (t) => {
    const server = await startServer(t);
    const { place } = await follow(t, server.url);
    const poll = await connect(server.url, formatPosition(place), { query: '?poll=50' });
    await poll.end();
    assert.deepEqual(
      poll.frames.map(({ kind }) => kind),
      ['hello', 'heartbeat'],
    );
  });

  test('with something new it ends at once, behind that', async (t) => {
    const server = await startServer(t);
    const { place } = await follow(t, server.url);
    await server.admin.createToken({ name: 'a' });
    await server.admin.createToken({ name: 'b' });
    const poll = await connect(server.url, formatPosition(place), { query: '?poll=30000' });
    await poll.end();
    assert.deepEqual(
      poll.frames.map(({ kind }) => kind),
      ['hello', 'change', 'change', 'heartbeat'],
    );
  });

  test('it ends as soon as there is something new', async (t) => {
    const server = await startServer(t);
    const { place } = await follow(t, server.url);
    const poll = await connect(server.url, formatPosition(place), { query: '?poll=30000' });
    await poll.frame('hello');
    await server.admin.createToken({ name: 'a' });
    await poll.end();
    assert.deepEqual(
      poll.frames.map(({ kind }) => kind),
      ['hello', 'change', 'heartbeat'],
    );
  });
});

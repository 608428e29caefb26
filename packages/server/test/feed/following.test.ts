import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatPosition } from '@hallpass/core/replica-position';
import { startServer } from '../server.ts';
import { connect, follow } from './follower.ts';
import { feedStand } from './stand.ts';

describe('following', () => {
  test('a replica that has loaded a snapshot is shown every change after it', async (t) => {
    const server = await startServer(t);
    await server.admin.createToken({ name: 'before' });
    const follower = await follow(t, server.url);
    assert.equal(follower.replica.tokens.size, 1);
    const { record } = await server.admin.createToken({ name: 'after' });
    await follower.reach(record.revision);
    assert.equal(follower.replica.tokens.size, 2);
    await server.call('DELETE', '/_/token?name=before');
    await follower.reach(record.revision + 1);
    assert.equal(follower.replica.tokens.size, 1);
  });

  test('a replica that lacks nothing, or what was committed lately, follows on without a look into the database', async (t) => {
    const { store, socketPath, commit } = await feedStand(t, 1);
    const places = t.mock.method(store, 'findPlace');
    const rows = t.mock.method(store, 'listChanges');
    const head = await store.readHead();
    const first = await connect('http://localhost', formatPosition(head), { socketPath });
    await first.frame('hello');
    await commit(2);
    const { row } = await first.frame('change');
    const place = formatPosition({ epoch: head.epoch, revision: row.revision, chain: row.chain });
    const second = await connect('http://localhost', place, { socketPath });
    assert.equal((await second.frame('change')).row.revision, row.revision + 1);
    assert.deepEqual([places.mock.callCount(), rows.mock.callCount()], [0, 0]);
  });

  test('C91: a place is followed on from, or reset for what is wrong with it', async (t) => {
    const server = await startServer(t);
    const { place, connection } = await follow(t, server.url);
    await server.admin.createToken({ name: 'a' });
    await connection.frame('change');
    const change = await connection.frame('change');
    const { epoch } = place;
    const chain = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
    const zeros = '0'.repeat(32);
    const cases: [string, string, string[]][] = [
      ['the beginning', `${epoch}.0.${zeros}`, ['hello', 'change', 'change']],
      ['one before the head', `${epoch}.1.${chain(place.chain)}`, ['hello', 'change']],
      ['the head', `${epoch}.2.${chain(change.row.chain)}`, ['hello']],
      ['past it', `${epoch}.3.${zeros}`, ['ahead']],
      ['another epoch', `x${epoch}.2.${chain(change.row.chain)}`, ['epoch']],
      ['another chain', `${epoch}.2.${zeros}`, ['chain']],
      ['another chain of an older row', `${epoch}.1.${zeros}`, ['chain']],
    ];
    for (const [what, from, expected] of cases) {
      const stream = await connect(server.url, from, { query: '?poll=1' });
      await stream.end();
      const said = stream.frames.map((frame) => (frame.kind === 'reset' ? frame.reason : frame.kind));
      assert.deepEqual(
        said.filter((kind) => kind !== 'heartbeat' && kind !== 'confirm'),
        expected,
        what,
      );
    }
  });

  test('a server that stops sends its replicas away, spread over a time, and does not wait for them', async (t) => {
    const server = await startServer(t);
    const followers = await Promise.all(Array.from({ length: 5 }, () => follow(t, server.url)));
    followers[0]?.connection.stall();
    await server.stop();
    for (const { connection } of followers.slice(1)) {
      const { reason, spread } = await connection.frame('resume');
      assert.equal(reason, 'shutdown');
      assert.ok(spread >= 1_000);
      await connection.end();
    }
  });

  test('C88: replicas of a server that is restarted go on where they were', async (t) => {
    const first = await startServer(t);
    const follower = await follow(t, first.url);
    const { record } = await first.admin.createToken({ name: 'a' });
    await follower.reach(record.revision);
    await first.stop();
    const port = new URL(first.url).port;
    const second = await startServer(t, { data: first.data, port });
    const later = await second.admin.createToken({ name: 'b' });
    await follower.again();
    await follower.reach(later.record.revision);
    assert.equal(follower.replica.tokens.size, 2);
    assert.equal(follower.outcomes.filter(({ kind }) => kind === 'swapped').length, 1);
  });
});

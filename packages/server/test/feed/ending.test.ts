import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HEADER_BYTES } from '@hallpass/core/replica-snapshot';
import type { AdminClient } from '@hallpass/sdk/admin';
import { Snapshots } from 'hallpass/http/feed/snapshots';
import { startServer } from '../server.ts';
import { NOW } from '../store/samples.ts';
import { FEED, follow } from './follower.ts';
import { feedStand } from './stand.ts';

const CUTS: readonly [string, (admin: AdminClient, name: string) => Promise<unknown>][] = [
  ['removed', (admin, name) => admin.deleteOperator(name)],
  ['disabled', (admin, name) => admin.changeOperator(name, { active: false })],
  ['demoted', (admin, name) => admin.changeOperator(name, { role: 'auditor' })],
  ['ended', (admin, name) => admin.changeOperator(name, { expiration_date: 1_632_960_000_000 })],
];

describe('C100: a stream ends with the right of its operator', () => {
  for (const [how, take] of CUTS) {
    test(`that was ${how}, and shows nothing of what comes after`, async (t) => {
      const server = await startServer(t);
      const { record } = await server.admin.createOperator({ name: 'v', role: 'verifier' });
      const { key } = record;
      const follower = await follow(t, server.url, { key });
      const other = await follow(t, server.url);
      await take(server.admin, 'v');
      await server.admin.createToken({ name: 'after' });
      await other.reach(4);
      await follower.connection.end();
      assert.equal(follower.replica.tokens.size, 0);
      const again = await server.call('GET', '/_/feed/snapshot', { key, headers: FEED });
      assert.ok(again.status === 401 || again.status === 403);
      assert.equal(other.connection.ended, false);
    });
  }

  test('that comes to its end by itself', async (t) => {
    const server = await startServer(t);
    const expiration_date = Date.now() + 1_500;
    const { record } = await server.admin.createOperator({ name: 'v', role: 'verifier', expiration_date });
    const follower = await follow(t, server.url, { key: record.key });
    await follower.connection.end();
    assert.ok(Date.now() >= expiration_date);
  });

  test('and a snapshot that is under way, before it shows a token', async (t) => {
    const { store } = await feedStand(t, 3);
    let allowed = true;
    const { pieces, end } = await new Snapshots(store, () => NOW).open(() => allowed);
    t.after(end);
    assert.equal((await pieces.next()).value.length, HEADER_BYTES);
    allowed = false;
    await assert.rejects(pieces.next(), /may not have it any more/);
  });

  test('but not when it is only renamed', async (t) => {
    const server = await startServer(t);
    const { record } = await server.admin.createOperator({ name: 'v', role: 'verifier' });
    const follower = await follow(t, server.url, { key: record.key });
    await server.admin.changeOperator('v', { new_name: 'w' });
    const { record: token } = await server.admin.createToken({ name: 'after' });
    await follower.reach(token.revision);
    assert.equal(follower.connection.ended, false);
  });
});

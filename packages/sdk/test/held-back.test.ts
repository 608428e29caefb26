import assert from 'node:assert/strict';
import { test } from 'node:test';
import { following, guarded, newFeed } from './guarded.ts';
import { tokenOf } from './model-feed.ts';

test('where streams are held back, changes are fetched by polling', async (t) => {
  const { feed, world } = newFeed();
  feed.heldBack = true;
  const { guard, troubles, verdict } = guarded(t, {}, { feed, world });
  await world.until(() => feed.seenAt('/_/feed?poll=').length > 0);
  assert.deepEqual(
    troubles.map(({ message }) => message),
    [
      'The stream does not begin. Something on the way seems to hold it back; changes are fetched by polling.',
    ],
  );
  feed.put(tokenOf(2));
  await world.until(() => guard.revision === 3);
  assert.equal(verdict(2), 'allow');
  assert.equal(feed.seenAt('/_/feed/snapshot').length, 1);
});

test('a stream is tried again when polls fail', async (t) => {
  const { feed, world } = newFeed();
  feed.heldBack = true;
  guarded(t, {}, { feed, world });
  await world.until(() => feed.seenAt('/_/feed?poll=').length > 0);
  feed.heldBack = false;
  feed.instead = () => new Response(null, { status: 502 });
  await world.pass(1_500);
  feed.instead = undefined;
  await world.until(() => feed.streams === 1);
});

test('a stream that falls silent is given up after 15 s, and the tail is asked for', async (t) => {
  const { guard, feed, world } = await following(t);
  await world.pass(10_000);
  feed.heartbeat();
  await world.pass(15_000);
  assert.equal(guard.fresh, true);
  await world.pass(1_000);
  assert.equal(guard.fresh, false);
  await world.until(() => guard.fresh);
  assert.equal(feed.seenAt('/_/feed/snapshot').length, 1);
});

test('a snapshot that stops coming is given up, and asked for again', async (t) => {
  const { feed, world } = newFeed();
  feed.instead = () => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(Buffer.from('HP')),
    });
    return new Response(body, { headers: { 'Content-Type': 'application/vnd.hallpass.snapshot' } });
  };
  const { guard } = guarded(t, {}, { feed, world });
  await world.rest();
  feed.instead = undefined;
  await world.pass(14_999);
  assert.equal(feed.seenAt('/_/feed/snapshot').length, 1);
  await world.until(() => guard.fresh);
});

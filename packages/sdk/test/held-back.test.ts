import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SnapshotEncoder } from '@hallpass/core/replica-snapshot';
import { following, guarded, newFeed } from './guarded.ts';
import { tokenOf } from './model-feed.ts';
import type { World } from './world.ts';

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

/** A snapshot with a batch that goes on with a byte every so many milliseconds, if it does. */
function dripping(world: World, everyMs?: number): Response {
  const start = new SnapshotEncoder().start({ time: world.wall, count: 9 });
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start: (given) => {
      controller = given;
      given.enqueue(Buffer.concat([start, Buffer.of(1, 0, 0, 0)]));
    },
    cancel: () => {
      controller = undefined;
    },
  });
  const drip = () => {
    controller?.enqueue(Buffer.of(0));
    if (controller) world.later(everyMs ?? 0, drip);
  };
  if (everyMs !== undefined) world.later(everyMs, drip);
  return new Response(body, { headers: { 'Content-Type': 'application/vnd.hallpass.snapshot' } });
}

test('a snapshot that stops coming is given up and told, and asked for again', async (t) => {
  const { feed, world } = newFeed();
  feed.instead = () => dripping(world);
  const { guard, troubles } = guarded(t, {}, { feed, world });
  await world.rest();
  feed.instead = undefined;
  await world.pass(14_999);
  assert.equal(feed.seenAt('/_/feed/snapshot').length, 1);
  await world.until(() => guard.fresh);
  assert.deepEqual(troubles, [
    {
      code: 'unreachable',
      message: 'http://hallpass.test has sent nothing of its snapshot for 15 seconds. It is asked again.',
    },
  ]);
});

test('a snapshot that comes in drops is given up after ten minutes, and told', async (t) => {
  const { feed, world } = newFeed();
  feed.instead = () => dripping(world, 10_000);
  const { guard, troubles } = guarded(t, {}, { feed, world });
  await world.pass(599_000);
  assert.equal(troubles.length, 0);
  feed.instead = undefined;
  await world.until(() => guard.fresh);
  assert.match(troubles[0]?.message ?? '', /has not sent all of its snapshot in ten minutes/);
});

test('a server that takes the connection and never answers is told', async (t) => {
  const { feed, world } = newFeed();
  world.fetch = (_input, init) =>
    new Promise((_resolve, reject) => {
      init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
    });
  const { guard, troubles } = guarded(t, {}, { feed, world });
  await world.pass(15_000);
  assert.deepEqual(
    troubles.map(({ code }) => code),
    ['unreachable'],
  );
  world.fetch = feed.fetch;
  await world.until(() => guard.fresh);
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { SURROUNDINGS } from '@hallpass/sdk/surroundings';
import { following, guarded, newFeed } from './guarded.ts';

test('C95: a guard that is cut off serves up to its limit and then refuses as stale; back, it is fresh again', async (t) => {
  const ages: number[] = [];
  const { guard, feed, world, verdict } = await following(t, {
    maxStaleness: 600_000,
    onStale: ({ ageMs }) => ages.push(ageMs),
  });
  const fresh: number[] = [];
  guard.on('live', ({ revision }) => fresh.push(revision));
  const began = world.monotonic;
  const { fetch } = feed;
  world.fetch = () => Promise.reject(new TypeError('fetch failed'));
  feed.cut();
  await world.pass(600_000 - (world.monotonic - began));
  assert.deepEqual([verdict(0), guard.fresh], ['allow', false]);
  await world.pass(1_000);
  assert.equal(verdict(0), 'stale');
  assert.equal(ages.length, 1);
  assert.ok((ages[0] as number) > 15_000 && (ages[0] as number) <= 16_000);
  world.fetch = fetch;
  const back = world.monotonic;
  await world.until(() => verdict(0) === 'allow');
  assert.ok(world.monotonic - back <= 2_000);
  assert.deepEqual(fresh, [2]);
});

test('a process that slept knows its age at its first verdict', async (t) => {
  const { guard, world, verdict } = await following(t, { maxStaleness: 60_000 });
  assert.equal(verdict(0), 'allow');
  // The laptop's lid was closed: the one clock stood still, no timer has run yet.
  world.wall += 61_000;
  assert.equal(verdict(0), 'stale');
  assert.equal(guard.fresh, false);
});

test('C3: age counts from the moment at which the request was sent', async (t) => {
  const { feed, world } = newFeed();
  const { guard } = guarded(t, {}, { feed, world });
  const { fetch } = feed;
  world.fetch = (input, init) => {
    if (!String(input).endsWith('/snapshot'))
      return new Promise((_, reject) => init?.signal?.addEventListener('abort', reject));
    world.wall += 2_000;
    world.monotonic += 2_000;
    return fetch(input, init);
  };
  await world.rest();
  assert.equal(guard.ageMs, 2_000);
});

test('C2, C101: what has arrived while the process stood still is read before any timer acts', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [peer] = await accepted;
  t.after(() => {
    client.destroy();
    peer.destroy();
    server.close();
  });
  const order: string[] = [];
  client.on('data', () => order.push('data'));
  const ticked = new Promise<void>((resolve) => {
    SURROUNDINGS.later(1, () => {
      order.push('tick');
      resolve();
    });
  });
  await new Promise<void>((resolve) => peer.write('x', () => resolve()));
  const { monotonic } = SURROUNDINGS.now();
  while (SURROUNDINGS.now().monotonic < monotonic + 20);
  await ticked;
  assert.deepEqual(order, ['data', 'tick']);
});

test('C4: maxStaleness is a day, and not less than three heartbeats', async (t) => {
  const { world, feed, verdict } = await following(t);
  world.fetch = () => Promise.reject(new TypeError('fetch failed'));
  feed.cut();
  world.wall += 86_390_000;
  assert.equal(verdict(0), 'allow');
  world.wall += 20_000;
  assert.equal(verdict(0), 'stale');
  assert.throws(() => guarded(t, { maxStaleness: 14_999 }), TypeError);
  assert.throws(() => guarded(t, { maxStaleness: Number.NaN }), TypeError);
});

test('C40: turning the clock back revives nothing that has expired', async (t) => {
  const { feed, world, verdict } = await following(t);
  const [token] = feed.tokens();
  assert.ok(token);
  feed.put({ ...token, expiresAt: world.wall + 5_000 });
  await world.rest();
  await world.pass(5_000);
  assert.equal(verdict(0), 'expired');
  world.wall -= 3_600_000;
  assert.equal(verdict(0), 'expired');
});

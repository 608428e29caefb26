import assert from 'node:assert/strict';
import { test } from 'node:test';
import { following, guarded, newFeed } from './guarded.ts';
import type { ModelFeed } from './model-feed.ts';
import type { World } from './world.ts';

/** When the guard has asked, in milliseconds from the beginning. */
function asking(feed: ModelFeed, world: World, answer: (path: string) => Response | Error): number[] {
  const times: number[] = [];
  feed.instead = (path) => {
    times.push(world.monotonic);
    const said = answer(path);
    if (said instanceof Error) throw said;
    return said;
  };
  return times;
}

function gaps(times: readonly number[]): number[] {
  return times.slice(1).map((time, i) => time - (times[i] as number));
}

const refusedConnection = () => new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } });

test('C5, C99: a server that is away is asked again after waits that double to 1.5 s, drawn by chance', async (t) => {
  const { feed, world } = newFeed();
  const times = asking(feed, world, refusedConnection);
  world.chance = () => 0.999_999;
  const { guard, troubles } = guarded(t, {}, { feed, world });
  await world.pass(10_000);
  assert.deepEqual(gaps(times).slice(0, 6), [249, 499, 999, 1499, 1499, 1499]);
  assert.deepEqual(troubles, [
    {
      code: 'unreachable',
      message: 'http://hallpass.test does not answer (ECONNREFUSED). Is a Hallpass server running there?',
    },
  ]);
  world.chance = () => 0;
  feed.instead = undefined;
  await world.until(() => guard.fresh);
});

test('C5: a refused key is tried again after 30 s at most, and named', async (t) => {
  const { feed, world } = newFeed();
  world.chance = () => 0.999_999;
  const times = asking(feed, world, () => new Response(null, { status: 403 }));
  const { troubles } = guarded(t, {}, { feed, world });
  await world.pass(200_000);
  assert.equal(gaps(times).at(-1), 29_999);
  assert.deepEqual(
    troubles.map(({ code }) => code),
    ['refused'],
  );
  assert.match(troubles[0]?.message ?? '', /its role may not follow/);
});

test('C102: a server that speaks another version of the feed is named as such', async (t) => {
  const { feed, world } = newFeed();
  feed.instead = () => new Response(null, { status: 406 });
  const { troubles } = guarded(t, {}, { feed, world });
  await world.rest();
  assert.match(troubles[0]?.message ?? '', /another version of the feed/);
});

test('C94, C95: a server that was away for long and is back with another history is followed within 2 s', async (t) => {
  const { guard, feed, world, verdict } = await following(t);
  world.chance = () => 0.999_999;
  const { fetch } = world;
  world.fetch = () => Promise.reject(new TypeError('fetch failed'));
  feed.cut();
  await world.pass(600_000);
  feed.restore(1);
  world.fetch = fetch;
  const back = world.monotonic;
  await world.until(() => guard.fresh && verdict(1) === 'unknown');
  assert.ok(world.monotonic - back <= 2_000, String(world.monotonic - back));
});

test('C5: a server that resets whoever has just loaded its snapshot is asked for it less and less often', async (t) => {
  const { feed, world } = newFeed();
  world.chance = () => 0.999_999;
  const { fetch } = world;
  const times: number[] = [];
  world.fetch = async (input, init) => {
    if (String(input).endsWith('/snapshot')) {
      times.push(world.monotonic);
      const answer = await fetch(input, init);
      feed.epoch = `${feed.epoch}r`;
      return answer;
    }
    return fetch(input, init);
  };
  guarded(t, {}, { feed, world });
  await world.pass(200_000);
  assert.equal(gaps(times).at(-1), 29_999);
  world.fetch = fetch;
});

test('C5: Retry-After is a floor', async (t) => {
  const { feed, world } = newFeed();
  world.chance = () => 0;
  const times = asking(
    feed,
    world,
    () => new Response(null, { status: 503, headers: { 'Retry-After': '7' } }),
  );
  guarded(t, {}, { feed, world });
  await world.pass(21_000);
  assert.deepEqual(times, [0, 7_000, 14_000, 21_000]);
});

test('C5, C99: a resume spreads those who were cut over the time it names', async (t) => {
  const { feed, world } = await following(t);
  world.chance = () => 0.75;
  const before = world.monotonic;
  feed.broadcast({ kind: 'resume', reason: 'shutdown', spread: 8_000 });
  await world.rest();
  assert.equal(feed.streams, 0);
  await world.until(() => feed.streams === 1);
  assert.equal(world.monotonic - before, 6_000);
  assert.equal(feed.seenAt('/_/feed/snapshot').length, 1);
});

test('C5: no server keeps a guard away for more than five minutes at a time', async (t) => {
  const { guard, feed, world } = await following(t);
  world.chance = () => 0.999_999;
  const before = world.monotonic;
  feed.broadcast({ kind: 'resume', reason: 'full', spread: 2 ** 50 });
  await world.rest();
  const times = asking(
    feed,
    world,
    () => new Response(null, { status: 503, headers: { 'Retry-After': '999999' } }),
  );
  await world.pass(300_000);
  assert.ok(times.length > 0 && (times[0] as number) - before <= 300_000);
  await world.pass(310_000);
  assert.ok(times.length > 1 && (times[1] as number) - (times[0] as number) <= 301_500);
  world.chance = () => 0;
  feed.instead = undefined;
  await world.until(() => guard.fresh);
});

test('C5: behind a minute of health trouble counts as new', async (t) => {
  const { guard, feed, world } = await following(t);
  world.chance = () => 0.999_999;
  const live = async (ms: number) => {
    for (let i = 0; i < ms; i += 5_000) {
      await world.pass(5_000);
      feed.heartbeat();
      await world.rest();
    }
  };
  const waited = async () => {
    const before = world.monotonic;
    feed.cut();
    await world.until(() => feed.streams === 1 && guard.fresh);
    return world.monotonic - before;
  };
  assert.deepEqual([await waited(), await waited(), await waited()], [249, 499, 999]);
  await live(60_000);
  assert.equal(await waited(), 249);
});

test('an answer that is no feed is not read, whatever it says', async (t) => {
  const { feed, world } = newFeed();
  feed.instead = () => new Response('<h1>Welcome</h1>', { headers: { 'Content-Type': 'text/html' } });
  const { troubles, verdict } = guarded(t, {}, { feed, world });
  await world.rest();
  assert.match(troubles[0]?.message ?? '', /not as a Hallpass server does/);
  assert.equal(verdict(0), 'not_ready');
});

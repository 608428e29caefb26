import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatPosition } from '@hallpass/core/replica-position';
import { encodeFrame } from '@hallpass/core/wire-feed';
import { following, guarded } from './guarded.ts';
import { KEY, secretOf, tokenOf } from './model-feed.ts';

test('a guard is ready once it has the copy, and decides by it', async (t) => {
  const { guard, world, verdict } = guarded(t);
  assert.deepEqual([verdict(0), guard.fresh, guard.ageMs], ['not_ready', false, Number.POSITIVE_INFINITY]);
  const ready = guard.ready();
  await world.rest();
  await ready;
  assert.deepEqual([verdict(0), verdict(1, true), verdict(2)], ['allow', 'allow', 'unknown']);
  assert.deepEqual([guard.revision, guard.fresh, guard.ageMs], [2, true, 0]);
});

test('a change counts as soon as it has arrived', async (t) => {
  const { guard, feed, world, verdict } = await following(t);
  const revisions: number[] = [];
  guard.on('revision', (revision) => revisions.push(revision));
  feed.put(tokenOf(0, { write: false }));
  feed.remove(1);
  feed.put(tokenOf(2));
  await world.rest();
  assert.deepEqual(
    [verdict(0, true), verdict(0), verdict(1), verdict(2)],
    ['read_only', 'allow', 'unknown', 'allow'],
  );
  assert.equal(guard.revision, 5);
  assert.equal(revisions.at(-1), 5);
});

test('what it asks for says who asks, in which version, behind which place', async (t) => {
  const { feed } = await following(t, { name: 'billing-1' });
  const [snapshot, stream] = feed.seen;
  assert.deepEqual([snapshot?.path, stream?.path], ['/_/feed/snapshot', '/_/feed']);
  for (const { headers } of [snapshot, stream].filter((request) => request !== undefined)) {
    assert.equal(headers.get('authorization'), `Bearer ${KEY}`);
    assert.equal(headers.get('hallpass-feed'), '1');
    assert.equal(headers.get('hallpass-replica'), 'billing-1');
    assert.equal(headers.get('accept-encoding'), 'identity');
  }
  assert.equal(stream?.headers.get('last-event-id'), formatPosition(feed.head));
});

test('C6: a confirm is answered with its place and the name of the hello, once everything up to it counts', async (t) => {
  const { feed, world, verdict } = await following(t);
  feed.remove(0);
  feed.broadcast({ kind: 'confirm', position: feed.head });
  await world.until(() => feed.seenAt('/_/feed/applied').length === 1);
  assert.equal(verdict(0), 'unknown');
  const [applied] = feed.seenAt('/_/feed/applied');
  assert.deepEqual(applied?.body, { replica: 'r1', position: formatPosition(feed.head) });
});

test('C1: there is one stream at a time, and what arrives on one that was given up changes nothing', async (t) => {
  const { feed, world, verdict } = await following(t);
  const place = { ...feed.head, revision: feed.head.revision + 7 };
  feed.broadcast({ kind: 'confirm', position: place });
  feed.remove(0);
  await world.rest();
  assert.equal(verdict(0), 'allow');
  assert.equal(feed.streams, 0);
  await world.until(() => feed.streams === 1);
  await world.rest();
  assert.equal(verdict(0), 'unknown');
  assert.equal(feed.seenAt('/_/feed/snapshot').length, 1);
});

test('a stream that is damaged is told, each time that it was well before, and followed on', async (t) => {
  const { feed, guard, world, troubles } = await following(t);
  for (let i = 1; i <= 2; i++) {
    feed.broadcast({ kind: 'heartbeat', position: { ...feed.head, revision: 9 }, time: feed.time, head: 9 });
    await world.until(() => troubles.length === i);
    await world.until(() => feed.streams === 1 && guard.fresh);
  }
  assert.deepEqual(
    troubles.map(({ code, message }) => [code, message]),
    Array(2).fill([
      'damaged',
      'The stream that came is not what the server holds (gap). It is asked for again.',
    ]),
  );
});

test('a stream that is damaged at every attempt is told once', async (t) => {
  const { feed, world, troubles } = await following(t);
  const { fetch } = world;
  let attempts = 0;
  world.fetch = (input, init) => {
    if (!String(input).endsWith('/feed')) return fetch(input, init);
    attempts++;
    const { head: position, time } = feed;
    const hello = { kind: 'hello', position, time, head: position.revision, replica: 'r1' } as const;
    const body = Buffer.concat([encodeFrame(hello), Buffer.from('event: nonsense\ndata: {}\n\n')]);
    return Promise.resolve(new Response(body, { headers: { 'Content-Type': 'text/event-stream' } }));
  };
  feed.cut();
  await world.until(() => attempts === 5);
  assert.deepEqual(
    troubles.map(({ code }) => code),
    ['damaged'],
  );
});

test('a server with another history is followed from a new snapshot, and there is no trouble in that', async (t) => {
  const { guard, feed, world, verdict, troubles } = await following(t);
  feed.restore(1);
  await world.until(() => guard.revision === 1 && guard.fresh);
  assert.deepEqual(troubles, []);
  assert.deepEqual([verdict(0), verdict(1)], ['allow', 'unknown']);
  assert.equal(feed.seenAt('/_/feed/snapshot').length, 2);
});

test('a principal that is kept tells the name of now, whatever copy there is', async (t) => {
  const { guard, feed, world } = await following(t);
  const verdict = guard.check(`Bearer ${secretOf(0)}`);
  assert.ok(verdict.allow);
  feed.heldBack = true;
  feed.put(tokenOf(0, { name: 'renamed' }));
  feed.heldBack = false;
  feed.broadcast({ kind: 'reset', reason: 'trimmed' });
  await world.until(() => guard.revision === 3);
  assert.equal(verdict.principal.name, 'renamed');
});

test('C8: while a new snapshot is loaded verdicts go on by the copy there is', async (t) => {
  const { guard, feed, world, verdict } = await following(t);
  feed.instead = () => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(Buffer.from('HP')),
    });
    return new Response(body, { headers: { 'Content-Type': 'application/vnd.hallpass.snapshot' } });
  };
  feed.broadcast({ kind: 'reset', reason: 'trimmed' });
  await world.pass(1_000);
  assert.deepEqual([verdict(0), verdict(1), verdict(2), guard.revision], ['allow', 'allow', 'unknown', 2]);
  feed.put(tokenOf(2));
  feed.instead = undefined;
  await world.until(() => verdict(2) === 'allow');
});

test('after the end every verdict is not_ready, and nothing more is asked for', async (t) => {
  const { guard, feed, world, verdict } = await following(t);
  const closed = guard.close();
  assert.equal(verdict(0), 'not_ready');
  await world.pass(5_000);
  await closed;
  const { length } = feed.seen;
  await world.pass(60_000);
  assert.equal(feed.seen.length, length);
  await assert.rejects(guard.ready(), /closed/);
});

test('once it is closed a call that hangs does not keep the process', async (t) => {
  const { guard, feed, world } = await following(t);
  const under = new Set<string>();
  world.fetch = (input, init) => {
    const path = String(input);
    under.add(path);
    return new Promise((_resolve, reject) => {
      init?.signal?.addEventListener('abort', () => {
        under.delete(path);
        reject(init.signal?.reason);
      });
    });
  };
  guard.check(`Bearer ${secretOf(0)}`);
  for (let i = 0; i < 2; i++) feed.broadcast({ kind: 'confirm', position: feed.head });
  await world.rest();
  const closed = guard.close();
  await world.rest();
  assert.equal(under.size, 2);
  await world.pass(2_000);
  await closed;
  await world.rest();
  assert.deepEqual([...under], []);
});

test('ready gives up when it is told to, and says what stands in the way', async (t) => {
  const { guard, feed, world } = guarded(t);
  feed.instead = () => new Response(null, { status: 401 });
  const controller = new AbortController();
  const ready = guard.ready(controller.signal);
  await world.rest();
  controller.abort();
  await assert.rejects(ready, /does not know this key/);
});

test('a principal that is kept has its name when the guard is closed, and nothing is allowed any more', async (t) => {
  const { guard, world, verdict } = await following(t);
  const kept = guard.check(`Bearer ${secretOf(0)}`);
  assert.ok(kept.allow);
  const closed = guard.close();
  await world.pass(10_000);
  await closed;
  assert.deepEqual([kept.principal.name, verdict(0)], ['token 0', 'not_ready']);
});

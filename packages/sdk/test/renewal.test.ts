import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { coldStart, ended, inodeOf, place } from './cold-start.ts';
import { type Guarded, guarded, newFeed } from './guarded.ts';
import { tokenOf } from './model-feed.ts';

/** Rows that are more than a file takes before it is made anew: 16 MiB, and half as much again. */
const ROWS = 450;
const LONG_NAME = 'x'.repeat(60_000);

interface Renewing extends Guarded {
  /** Lets the answer to the request for the new file's snapshot go. */
  readonly answer: (response?: Response) => void;
}

/** A guard whose file is full and whose new snapshot has not come yet. */
async function renewing(t: TestContext, snapshotFile: string, surrounding = newFeed()): Promise<Renewing> {
  const all = guarded(t, { snapshotFile }, surrounding);
  const { guard, feed, world } = all;
  await world.whenReal(() => guard.fresh && feed.streams === 1);
  const { fetch } = world;
  let answer: Renewing['answer'] | undefined;
  world.fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (!String(input).endsWith('/snapshot')) return response;
    return new Promise((resolve) => {
      answer = (other = response) => resolve(other);
    });
  };
  for (let i = 0; i < ROWS; i++) feed.put(tokenOf(2, { name: LONG_NAME, write: i % 2 === 0 }));
  await world.whenReal(() => answer !== undefined);
  world.fetch = fetch;
  return { ...all, answer: (response) => answer?.(response) };
}

test('C1: while the file is made anew changes count and are confirmed, and the file has them in the end', async (t) => {
  const snapshotFile = place(t);
  const all = await renewing(t, snapshotFile);
  const { feed, world, verdict } = all;
  const before = inodeOf(snapshotFile);
  assert.equal(feed.streams, 1);
  feed.remove(0);
  feed.broadcast({ kind: 'confirm', position: feed.head });
  await world.whenReal(() => feed.seenAt('/_/feed/applied').length === 1);
  assert.equal(verdict(0), 'unknown');
  const copy = place(t);
  writeFileSync(copy, readFileSync(snapshotFile));
  assert.equal((await coldStart(t, { snapshotFile: copy })).verdict(0), 'unknown');
  all.answer();
  await world.whenReal(() => inodeOf(snapshotFile) !== before);
  feed.remove(1);
  await world.whenReal(() => all.guard.revision === feed.head.revision);
  assert.equal(feed.seen.filter(({ path }) => path === '/_/feed').length, 1);
  await ended(all);
  assert.ok(statSync(snapshotFile).size < 1_000_000);
  const cold = await coldStart(t, { snapshotFile });
  assert.deepEqual([cold.verdict(0), cold.verdict(1), cold.verdict(2)], ['unknown', 'unknown', 'allow']);
});

test('a new file whose snapshot is ahead of the stream takes the place once the stream has come there', async (t) => {
  const snapshotFile = place(t);
  const all = await renewing(t, snapshotFile);
  const { feed, world } = all;
  const before = inodeOf(snapshotFile);
  feed.heldBack = true;
  feed.remove(0);
  all.answer(await feed.fetch('http://hallpass.test/_/feed/snapshot'));
  await world.rest();
  assert.equal(inodeOf(snapshotFile), before);
  feed.heldBack = false;
  feed.cut();
  await world.untilReal(() => feed.streams === 1);
  await world.whenReal(() => ![before, undefined].includes(inodeOf(snapshotFile)));
  feed.remove(1);
  await world.whenReal(() => all.guard.revision === feed.head.revision);
  await ended(all);
  const cold = await coldStart(t, { snapshotFile });
  assert.deepEqual([cold.verdict(0), cold.verdict(1), cold.verdict(2)], ['unknown', 'unknown', 'allow']);
});

test('the rows that a new file takes hold up nothing, and those that come while they are written are in it too', async (t) => {
  const snapshotFile = place(t);
  const surrounding = newFeed();
  let [inThisTurn, mostInOne] = [0, 0];
  const turnEnds = () => {
    mostInOne = Math.max(mostInOne, inThisTurn);
    inThisTurn = 0;
  };
  // Every record that is sealed takes something random.
  const random = (size: number) => {
    if (inThisTurn++ === 0) setImmediate(turnEnds);
    return randomBytes(size);
  };
  Object.assign(surrounding.world, { random });
  const all = await renewing(t, snapshotFile, surrounding);
  const { feed, world, guard } = all;
  const before = inodeOf(snapshotFile);
  const put = () => feed.put(tokenOf(2, { name: LONG_NAME, write: feed.rows.length % 2 === 0 }));
  for (let i = 0; i < 100; i++) put();
  await world.whenReal(() => guard.revision === feed.head.revision);
  await world.rest();
  mostInOne = 0;
  all.answer();
  await world.whenReal(() => {
    if (guard.revision === feed.head.revision && feed.rows.length < 2 + ROWS + 180) put();
    return inodeOf(snapshotFile) !== before;
  });
  feed.remove(0);
  await world.whenReal(() => guard.revision === feed.head.revision);
  assert.ok(mostInOne > 0 && mostInOne < 20, String(mostInOne));
  await ended(all);
  const cold = await coldStart(t, { snapshotFile });
  assert.deepEqual([cold.guard.revision, cold.verdict(0)], [feed.head.revision, 'unknown']);
});

const USELESS: Readonly<Record<string, () => Response | Promise<Response>>> = {
  'is refused': () => new Response(null, { status: 503 }),
  'breaks off': () =>
    new Response('HPSN', { headers: { 'Content-Type': 'application/vnd.hallpass.snapshot' } }),
  'is damaged': () =>
    new Response('x'.repeat(100), { headers: { 'Content-Type': 'application/vnd.hallpass.snapshot' } }),
  'is of another history': async () => {
    const { feed } = newFeed(Array.from({ length: ROWS + 2 }, () => 3));
    return feed.fetch('http://hallpass.test/_/feed/snapshot');
  },
};

for (const [fault, response] of Object.entries(USELESS)) {
  test(`a snapshot for a new file that ${fault} is told, and the file there is goes on`, async (t) => {
    const snapshotFile = place(t);
    const all = await renewing(t, snapshotFile);
    const { feed, world, troubles } = all;
    const before = inodeOf(snapshotFile);
    all.answer(await response());
    await world.whenReal(() => troubles.length === 1);
    assert.match(troubles[0]?.message ?? '', /could not be made anew/);
    assert.equal(feed.streams, 1);
    feed.remove(0);
    await world.whenReal(() => all.guard.revision === feed.head.revision);
    await ended(all);
    assert.equal(inodeOf(snapshotFile), before);
    const cold = await coldStart(t, { snapshotFile });
    assert.deepEqual([cold.verdict(0), cold.verdict(1)], ['unknown', 'allow']);
  });
}

test('a new file that is given up for a reset is no part of what is kept', async (t) => {
  const snapshotFile = place(t);
  const all = await renewing(t, snapshotFile);
  const { feed, world } = all;
  feed.restore(1);
  await world.untilReal(() => all.guard.revision === 1 && feed.streams === 1);
  all.answer();
  await world.rest();
  await ended(all);
  const cold = await coldStart(t, { snapshotFile });
  assert.deepEqual([cold.verdict(0), cold.verdict(1), cold.guard.revision], ['allow', 'unknown', 1]);
});

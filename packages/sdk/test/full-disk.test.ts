import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { coldStart, ended, kept, place } from './cold-start.ts';
import { type Guarded, guarded } from './guarded.ts';
import { tokenOf } from './model-feed.ts';

/** From now on no file takes anything more, until what this returns is called. */
async function fillDisk(t: TestContext): Promise<() => void> {
  const handle = await open(import.meta.filename);
  const full = () => Promise.reject(Object.assign(new Error('no space left'), { code: 'ENOSPC' }));
  const { mock } = t.mock.method(Object.getPrototypeOf(handle), 'writeFile', full);
  await handle.close();
  return () => mock.restore();
}

async function followingInto(t: TestContext, snapshotFile: string): Promise<Guarded> {
  const all = guarded(t, { snapshotFile });
  const { guard, feed, world } = all;
  await world.whenReal(() => guard.fresh && feed.streams === 1 && existsSync(snapshotFile));
  return all;
}

function confirmed({ feed }: Guarded): number {
  return feed.seenAt('/_/feed/applied').length;
}

/** Five seconds in which the server is heard, once what is to be done on disk is done. */
async function fiveSeconds(all: Guarded): Promise<void> {
  const { feed, world } = all;
  const before = confirmed(all);
  feed.heartbeat();
  feed.broadcast({ kind: 'confirm', position: feed.head });
  await world.whenReal(() => confirmed(all) > before);
  await world.pass(5_000);
}

/** From now on the end of a new file is waited for, until what this returns is called. */
async function hangAtEnd(t: TestContext): Promise<() => void> {
  const handle = await open(import.meta.filename);
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  t.mock.method(Object.getPrototypeOf(handle), 'sync', () => promise);
  await handle.close();
  return resolve;
}

/** From now on no new file can take the place of the one there is. */
async function refuseAtEnd(t: TestContext): Promise<void> {
  const handle = await open(import.meta.filename);
  const refuse = () => Promise.reject(Object.assign(new Error('no quota left'), { code: 'EDQUOT' }));
  t.mock.method(Object.getPrototypeOf(handle), 'sync', refuse);
  await handle.close();
}

/** Makes a file that can neither be written nor removed of the one there is; what this returns gives it back. */
function pin(file: string): () => void {
  const aside = `${file}.pinned`;
  renameSync(file, aside);
  mkdirSync(join(file, 'something'), { recursive: true });
  return () => {
    rmSync(file, { recursive: true });
    renameSync(aside, file);
  };
}

test('C6: once a change is confirmed that the file could not take, no start goes by the file', async (t) => {
  const snapshotFile = place(t);
  const all = await followingInto(t, snapshotFile);
  const { feed, world, troubles } = all;
  await fillDisk(t);
  feed.remove(0);
  feed.broadcast({ kind: 'confirm', position: feed.head });
  await world.whenReal(() => confirmed(all) === 1);
  assert.match(troubles.at(-1)?.message ?? '', /cannot be written \(ENOSPC\)/);
  const cold = await coldStart(t, { snapshotFile });
  assert.equal(cold.verdict(0), 'not_ready');
});

test('C6: nothing is confirmed while a file stands that lacks it and cannot be removed, and that is told', async (t) => {
  const snapshotFile = place(t);
  const all = await followingInto(t, snapshotFile);
  const { feed, world, troubles, verdict } = all;
  const release = await fillDisk(t);
  const unpin = pin(snapshotFile);
  feed.remove(0);
  feed.broadcast({ kind: 'confirm', position: feed.head });
  await world.whenReal(() => troubles.length === 2);
  await world.rest();
  assert.equal(verdict(0), 'unknown');
  assert.equal(confirmed(all), 0);
  assert.match(troubles[1]?.message ?? '', /lacks changes, and cannot be removed/);
  feed.cut();
  await world.untilReal(() => feed.streams === 1);
  assert.equal(feed.seenAt('/_/feed').at(-1)?.headers.get('hallpass-kept'), 'no');
  release();
  unpin();
  feed.broadcast({ kind: 'confirm', position: feed.head });
  await world.whenReal(() => confirmed(all) === 1);
  assert.equal((await coldStart(t, { snapshotFile })).verdict(0), 'not_ready');
});

test('once the disk has room again the file is made anew, beside the stream', async (t) => {
  const snapshotFile = place(t);
  const all = await followingInto(t, snapshotFile);
  const { feed, world, guard, troubles } = all;
  const release = await fillDisk(t);
  feed.remove(0);
  feed.broadcast({ kind: 'confirm', position: feed.head });
  await world.whenReal(() => confirmed(all) === 1);
  release();
  feed.put(tokenOf(2));
  while (!existsSync(snapshotFile)) await fiveSeconds(all);
  assert.equal(guard.fresh, true);
  assert.equal(feed.seen.filter(({ path }) => path === '/_/feed').length, 1);
  assert.equal(troubles.length, 1);
  await ended(all);
  const cold = await coldStart(t, { snapshotFile });
  assert.deepEqual([cold.verdict(0), cold.verdict(2)], ['unknown', 'allow']);
});

test('a file that is lost as soon as it was placed is begun again after a pause, not at the next change', async (t) => {
  const all = await followingInto(t, place(t));
  const { feed, world, troubles } = all;
  const release = await fillDisk(t);
  feed.remove(0);
  await world.whenReal(() => troubles.length === 1);
  release();
  for (const i of [1, 2, 3]) {
    feed.put(tokenOf(1 + i));
    feed.broadcast({ kind: 'confirm', position: feed.head });
    await world.whenReal(() => confirmed(all) === i);
  }
  assert.equal(feed.seenAt('/_/feed/snapshot').length, 1);
});

test('a new file that cannot take its place is begun again after a pause, which doubles', async (t) => {
  await refuseAtEnd(t);
  const all = guarded(t, { snapshotFile: place(t) });
  const { feed, world, guard, troubles } = all;
  const snapshots = () => feed.seenAt('/_/feed/snapshot').length;
  const pass = async (seconds: number) => {
    for (let i = 0; i < seconds; i += 5) await fiveSeconds(all);
  };
  await world.whenReal(() => guard.fresh && feed.streams === 1);
  await pass(40);
  assert.equal(snapshots(), 1);
  await pass(20);
  assert.equal(snapshots(), 2);
  await pass(70);
  assert.equal(snapshots(), 2);
  assert.equal(troubles.length, 1);
});

test('a start on a full disk goes by the file, and leaves it until it lacks a change', async (t) => {
  const snapshotFile = place(t);
  await kept(t, snapshotFile);
  const before = readFileSync(snapshotFile);
  const release = await fillDisk(t);
  const first = await coldStart(t, { snapshotFile });
  assert.equal(first.verdict(0), 'allow');
  assert.match(first.troubles[0]?.message ?? '', /cannot be written \(ENOSPC\)/);
  await ended(first);
  release();
  assert.deepEqual(readFileSync(snapshotFile), before);
});

test('a start that cannot put its copy in the place of the file leaves the file, until it lacks a change', async (t) => {
  const snapshotFile = place(t);
  const { feed, world } = await kept(t, snapshotFile);
  const before = readFileSync(snapshotFile);
  await refuseAtEnd(t);
  const cold = await coldStart(t, { snapshotFile });
  await cold.world.whenReal(() => cold.troubles.length === 2);
  await ended(cold);
  assert.deepEqual(readFileSync(snapshotFile), before);
  const warm = guarded(t, { snapshotFile }, { feed, world });
  await world.whenReal(() => warm.guard.fresh);
  assert.deepEqual(readFileSync(snapshotFile), before);
  const confirmations = confirmed(warm);
  feed.remove(0);
  feed.broadcast({ kind: 'confirm', position: feed.head });
  await world.whenReal(() => confirmed(warm) > confirmations);
  assert.equal((await coldStart(t, { snapshotFile })).verdict(0), 'not_ready');
});

test('a copy that is newer than a file that could not be replaced leaves no such file to a start', async (t) => {
  const snapshotFile = place(t);
  writeFileSync(snapshotFile, 'of another kind');
  await fillDisk(t);
  const all = guarded(t, { snapshotFile });
  await all.world.whenReal(() => all.feed.streams === 1);
  assert.ok(!existsSync(snapshotFile));
});

test('C6: a disk that hangs at the end of a new file and comes back leaves none that lacks what came meanwhile', async (t) => {
  const snapshotFile = place(t);
  const all = await followingInto(t, snapshotFile);
  const { feed, world, troubles } = all;
  const release = await hangAtEnd(t);
  feed.broadcast({ kind: 'reset', reason: 'trimmed' });
  await world.until(() => troubles.length === 1 && feed.streams === 1);
  feed.remove(0);
  feed.broadcast({ kind: 'confirm', position: feed.head });
  await world.rest();
  assert.equal(confirmed(all), 0);
  release();
  while (confirmed(all) === 0) {
    feed.broadcast({ kind: 'confirm', position: feed.head });
    await world.rest();
  }
  assert.equal((await coldStart(t, { snapshotFile })).verdict(0), 'not_ready');
});

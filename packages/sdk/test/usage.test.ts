import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf, spreadOf } from '@hallpass/core/digest';
import type { WireUsage } from '@hallpass/sdk/usage';
import { following } from './guarded.ts';
import type { ModelFeed } from './model-feed.ts';
import { secretOf, tokenOf } from './model-feed.ts';

function reports(feed: ModelFeed): WireUsage[] {
  return feed.seenAt('/_/usage').map(({ body }) => body as WireUsage);
}

/** The 32 bits that say which of its values a token was used by. */
function spreadOfToken(n: number): number {
  return spreadOf(digestOf(secretOf(n))) >>> 0;
}

test('what was decided is reported behind: who was let in how often and when last, and refusals by reason', async (t) => {
  const { feed, world, verdict } = await following(t, { name: 'billing' });
  verdict(0);
  await world.pass(1_000);
  verdict(0, true);
  verdict(1);
  const last = world.wall;
  verdict(5);
  verdict(5);
  await world.until(() => reports(feed).length > 0);
  const [report] = reports(feed);
  assert.ok(report);
  assert.equal(report.replica, 'billing');
  assert.match(report.batch, /^[0-9A-Za-z_-]{1,64}$/);
  assert.deepEqual(report.uses, [
    { id: tokenOf(0).id, value: spreadOfToken(0), count: 2, last_used_at: last },
    { id: tokenOf(1).id, value: spreadOfToken(1), count: 1, last_used_at: last },
  ]);
  assert.deepEqual(report.refusals, { unknown: 2 });
});

test('nothing is reported where nothing was decided', async (t) => {
  const { feed, world } = await following(t);
  await world.pass(12_000);
  assert.deepEqual(reports(feed), []);
});

test('a report that was not taken goes out again as it was, before any other', async (t) => {
  const { feed, world, verdict } = await following(t);
  feed.answerToReports = 503;
  verdict(0);
  await world.until(() => reports(feed).length === 1);
  verdict(1);
  feed.answerToReports = 200;
  await world.until(() => reports(feed).length === 3);
  const [first, again, next] = reports(feed);
  assert.deepEqual(again, first);
  assert.notEqual(next?.batch, first?.batch);
  assert.deepEqual(
    next?.uses.map(({ id }) => id),
    [tokenOf(1).id],
  );
});

test('a report that can never be taken is let go', async (t) => {
  const { feed, world, verdict } = await following(t);
  feed.answerToReports = 400;
  verdict(0);
  await world.until(() => reports(feed).length === 1);
  await world.pass(20_000);
  assert.equal(reports(feed).length, 1);
});

test('what was counted when the guard is closed is reported first', async (t) => {
  const { guard, feed, verdict } = await following(t);
  verdict(1);
  await guard.close();
  assert.deepEqual(
    reports(feed).map(({ uses }) => uses.length),
    [1],
  );
});

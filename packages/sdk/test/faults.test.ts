import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { parsePosition } from '@hallpass/core/replica-position';
import { chanceOf, FaultProxy, newSeed } from './fault-proxy.ts';
import { type Guarded, guarded, newFeed, verdictOf } from './guarded.ts';
import { type ModelFeed, tokenOf, VALUES } from './model-feed.ts';

const STEPS = 150;
const RUNS = 10;

/** What a right verdict is at a revision, for writing. */
function rightVerdict(feed: ModelFeed, revision: number, n: number): string {
  let verdict = 'unknown';
  for (const { change } of feed.rows.slice(0, revision)) {
    if (change.kind === 'token' && change.token.id === tokenOf(n).id)
      verdict = change.token.active ? (change.token.write ? 'allow' : 'read_only') : 'inactive';
    if (change.kind === 'token_removed' && change.token.id === tokenOf(n).id) verdict = 'unknown';
  }
  return verdict;
}

/** The newest revision that the guard has said it has. */
function confirmed(feed: ModelFeed): number {
  const places = feed.seenAt('/_/feed/applied').map(({ body }) => (body as { position: string }).position);
  return Math.max(0, ...places.map((place) => parsePosition(place)?.revision ?? Number.NaN));
}

function expectRight({ guard, feed }: Guarded): void {
  if (!guard.fresh && guard.revision === 0) return;
  assert.ok(guard.revision >= confirmed(feed));
  for (const n of VALUES.keys())
    assert.equal(verdictOf(guard, n, true), rightVerdict(feed, guard.revision, n), `token ${n}`);
}

function act(feed: ModelFeed, chance: () => number): void {
  const n = Math.floor(chance() * VALUES.length);
  const kind = chance();
  if (kind < 0.35) feed.put(tokenOf(n, { write: chance() < 0.5, active: chance() < 0.8 }));
  else if (kind < 0.6) feed.remove(n);
  else if (kind < 0.7) feed.broadcast({ kind: 'confirm', position: feed.head });
  else if (kind < 0.75) feed.broadcast({ kind: 'resume', reason: 'slow', spread: 500 });
  else if (kind < 0.8) feed.cut();
  else feed.heartbeat();
}

async function run(t: TestContext, seed: number): Promise<FaultProxy> {
  const chance = chanceOf(seed);
  const { feed, world } = newFeed();
  const proxy = new FaultProxy((input, init) => feed.fetch(input, init), chance, 0.08);
  world.fetch = proxy.fetch;
  world.chance = chance;
  const all = guarded(t, {}, { feed, world });
  for (let i = 0; i < STEPS; i++) {
    act(feed, chance);
    await world.pass(Math.floor(chance() * 900));
    expectRight(all);
  }
  proxy.calm = true;
  feed.cut();
  await world.until(() => all.guard.fresh && all.guard.revision === feed.head.revision);
  expectRight(all);
  await all.guard.close();
  return proxy;
}

test('C89: whatever a network does to frames, no verdict is wrong, nothing confirmed is lost, and the copies agree in the end', async (t) => {
  const start = newSeed();
  const done: Record<string, number> = {};
  for (let seed = start; seed < start + RUNS; seed++) {
    t.diagnostic(`seed ${seed}`);
    const proxy = await run(t, seed);
    for (const [fault, count] of Object.entries(proxy.done)) done[fault] = (done[fault] ?? 0) + count;
  }
  for (const fault of ['drop', 'double', 'delay', 'edit', 'truncate', 'stall', 'shred'])
    assert.ok((done[fault] ?? 0) > 0, `${fault} was never done`);
});

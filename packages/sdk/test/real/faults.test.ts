import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SURROUNDINGS } from '@hallpass/sdk/surroundings';
import { chanceOf, FaultProxy, newSeed } from '../fault-proxy.ts';
import { place, until } from './place.ts';

const STEPS = 60;
/** A wait is over so many times sooner: nobody looks on here. */
const HASTE = 20;

test('C89: between a real server and a guard, faults bring no wrong allow behind a confirmation, and the copies agree in the end', async (t) => {
  const seed = newSeed();
  t.diagnostic(`seed ${seed}`);
  const chance = chanceOf(seed);
  const proxy = new FaultProxy(SURROUNDINGS.fetch, chance, 0.1);
  const { guard, issue, remove, verdict } = await place(t, {
    surroundings: {
      ...SURROUNDINGS,
      chance,
      fetch: proxy.fetch,
      later: (ms, act) => SURROUNDINGS.later(ms / HASTE, act),
      warn: () => {},
    },
  });
  const standing = new Map<string, string>();
  const removed: string[] = [];
  for (let i = 0; i < STEPS; i++) {
    const [oldest] = standing;
    if (oldest && chance() < 0.5) {
      const [name, value] = oldest;
      const { replicas } = await remove(name, 50);
      if (replicas.confirmed === 1) assert.equal(verdict(value), 'unknown');
      standing.delete(name);
      removed.push(value);
    } else standing.set(`token ${i}`, await issue(`token ${i}`));
  }
  proxy.calm = true;
  const last = await issue('last');
  await until(() => verdict(last) === 'allow');
  for (const value of standing.values()) assert.equal(verdict(value), 'allow');
  for (const value of removed) assert.equal(verdict(value), 'unknown');
  assert.ok(Object.keys(proxy.done).length > 0 && guard.revision > STEPS);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { GivingWay } from 'hallpass/giving-way';

test('while checks are about, one step is done a turn, in the order it came', async () => {
  const work = new GivingWay();
  const done: string[] = [];
  for (const step of ['a', 'b', 'c']) work.add(() => done.push(step));
  assert.deepEqual(done, []);
  const after: string[] = [];
  for (let i = 0; i < 3; i++) {
    await turn();
    after.push(done.join(''));
  }
  assert.deepEqual(after, ['a', 'ab', 'abc']);
});

test('a step may add another, which has a turn of its own', async () => {
  const work = new GivingWay();
  const done: string[] = [];
  work.add(() => {
    done.push('a');
    work.add(() => done.push('b'));
  });
  await turn();
  assert.deepEqual(done, ['a']);
  await turn();
  assert.deepEqual(done, ['a', 'b']);
});

/** How many steps are done in each of the next turns; `after` is told of each that has ended. */
async function pace(work: GivingWay, turns: number, after = (_turn: number) => {}): Promise<number[]> {
  let done = 0;
  for (let i = 0; i < turns * 20; i++) work.add(() => done++);
  const counts: number[] = [];
  for (let i = 0; i < turns; i++) {
    const before = done;
    await turn();
    counts.push(done - before);
    after(i);
  }
  return counts;
}

test('when no check has come for a while, several steps are done a turn', async () => {
  const counts = await pace(new GivingWay(), 100);
  assert.deepEqual([counts[0], counts[63], counts[64], counts[99]], [1, 1, 16, 16]);
});

test('a check that comes makes room for the next ones again', async () => {
  const work = new GivingWay();
  const counts = await pace(work, 75, (turn) => {
    if (turn === 69) work.checked();
  });
  assert.deepEqual(counts.slice(68, 73), [16, 16, 1, 1, 1]);
});

test('as long as checks come, no more than one step is done a turn', async () => {
  const work = new GivingWay();
  const counts = await pace(work, 200, () => work.checked());
  assert.deepEqual(new Set(counts), new Set([1]));
});

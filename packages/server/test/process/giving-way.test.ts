import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { GivingWay } from 'hallpass/giving-way';

/** Checks are about, and the turn that brought the last one is over. */
async function workBesideChecks(): Promise<GivingWay> {
  const work = new GivingWay(() => performance.now());
  work.checked();
  await new Promise<void>((resolve) => work.add(resolve));
  return work;
}

test('while checks are about, one step is done a turn, in the order it came', async () => {
  const work = await workBesideChecks();
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

test('a step that finds nothing to do takes nobody the room', async () => {
  const work = await workBesideChecks();
  const done: string[] = [];
  for (const step of ['gone', 'a', 'gone', 'gone', 'b']) work.add(() => step !== 'gone' && done.push(step));
  await turn();
  assert.deepEqual(done, ['a']);
  await turn();
  assert.deepEqual(done, ['a', 'b']);
});

test('a step may add another, which has a turn of its own', async () => {
  const work = await workBesideChecks();
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
  const counts = await pace(await workBesideChecks(), 100);
  assert.deepEqual([counts[0], counts[61], counts[99]], [1, 1, 16]);
});

test('before any check has come, several steps are done a turn', async () => {
  assert.deepEqual(await pace(new GivingWay(() => performance.now()), 3), [16, 16, 16]);
});

test('a check that comes makes room for the next ones again', async () => {
  const work = new GivingWay(() => performance.now());
  const counts = await pace(work, 12, (turn) => {
    if (turn === 2) work.checked();
  });
  assert.deepEqual(counts.slice(4, 8), [1, 1, 1, 1]);
});

/** Turns that bring checks and take so many milliseconds each. */
async function paceOfTurns(ms: number, turns: number): Promise<number[]> {
  let now = 1_000_000;
  const work = new GivingWay(() => now);
  work.checked();
  return pace(work, turns, () => {
    now += ms;
    work.checked();
  });
}

test('when every turn brings checks, there is a step for each 1.5 milliseconds', async () => {
  assert.deepEqual(await paceOfTurns(0.5, 10), [1, 0, 0, 1, 0, 0, 1, 0, 0, 1]);
  assert.deepEqual(await paceOfTurns(6, 4), [1, 4, 4, 4]);
});

test('however long a turn that brings checks was, sixteen steps are the most in the next', async () => {
  assert.deepEqual(await paceOfTurns(1_000, 3), [1, 16, 16]);
});

test('what gathers waits behind all that is there while checks are about, and else not at all', async () => {
  const calm = new GivingWay(() => performance.now());
  const done: string[] = [];
  calm.add(() => done.push('step'));
  calm.gather(() => done.push('gathered'));
  assert.deepEqual(done, ['gathered']);
  const work = await workBesideChecks();
  work.add(() => done.push('before'));
  work.gather(() => done.push('behind'));
  for (let i = 0; i < 2; i++) await turn();
  assert.deepEqual(done.slice(-2), ['before', 'behind']);
});

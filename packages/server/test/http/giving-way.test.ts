import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { GivingWay } from 'hallpass/http/giving-way';

test('work that gives way is done step by step, one a turn, in the order it came', async () => {
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

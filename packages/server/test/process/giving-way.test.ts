import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { GivingWay } from 'hallpass/giving-way';

/** A line whose time stands still until it is set forward. */
class Line {
  now = 1_000_000;
  done = '';
  readonly #rests: (() => void)[] = [];
  readonly way = new GivingWay(
    () => this.now,
    (run) => this.#rests.push(run),
  );

  add(...names: readonly string[]): void {
    for (const name of names)
      this.way.add(() => {
        if (name !== 'gone') this.done += name;
        return name !== 'gone';
      });
  }

  /** Lets so many milliseconds pass, and gives what is done by the turn after them. */
  async pass(ms: number): Promise<string> {
    const before = this.done.length;
    this.now += ms;
    const rested = this.#rests.shift();
    if (rested) rested();
    else await turn();
    return this.done.slice(before);
  }
}

/** Checks are about, and the turn that brought the last one is over. */
async function besideChecks(): Promise<Line> {
  const line = new Line();
  line.way.checked();
  line.add('');
  await line.pass(0);
  return line;
}

test('with checks about there is a step for each quarter of a millisecond, in the order in which they came', async () => {
  const line = await besideChecks();
  line.add('a', 'b', 'c', 'd');
  assert.equal(await line.pass(0), '');
  assert.equal(await line.pass(0.25), 'a');
  assert.equal(await line.pass(0.2), '');
  assert.equal(await line.pass(0.3), 'bc');
  assert.equal(await line.pass(0.25), 'd');
});

test('with checks about, however long nothing was done, four steps are the most at once', async () => {
  const line = await besideChecks();
  line.add('a', 'b', 'c', 'd', 'e', 'f');
  await line.pass(0);
  assert.equal(await line.pass(10), 'abcd');
});

test('a step that finds nothing to do takes nobody the room', async () => {
  const line = await besideChecks();
  line.add('gone', 'a', 'gone', 'gone', 'b');
  await line.pass(0);
  assert.equal(await line.pass(0.25), 'a');
  assert.equal(await line.pass(0.25), 'b');
});

test('a step may add another, which has a turn of its own', async () => {
  const line = new Line();
  line.way.add(() => {
    line.done += 'a';
    line.add('b');
  });
  assert.equal(await line.pass(0), 'a');
  assert.equal(await line.pass(0), 'b');
});

/** How many steps are done in each of the next turns; `after` is told of each that has ended. */
async function pace(line: Line, turns: number, after: (turn: number) => number): Promise<number[]> {
  line.add(...Array.from({ length: turns * 20 }, () => 's'));
  const counts: number[] = [];
  for (let i = 0; i < turns; i++) counts.push((await line.pass(after(i))).length);
  return counts;
}

test('before any check has come, several steps are done a turn', async () => {
  assert.deepEqual(await pace(new Line(), 3, () => 0), [16, 16, 16]);
});

test('when no check has come for 20 milliseconds, several steps are done a turn', async () => {
  const line = await besideChecks();
  await pace(line, 2, () => 0);
  assert.equal((await line.pass(19)).length, 4);
  assert.equal((await line.pass(1)).length, 16);
  assert.equal((await line.pass(0)).length, 16);
});

test('a check that comes makes room for the next ones again', async () => {
  const line = new Line();
  const counts = await pace(line, 6, (i) => {
    if (i === 2) line.way.checked();
    return 0;
  });
  assert.deepEqual(counts, [16, 16, 0, 0, 0, 0]);
});

/** Turns that bring checks and take so many milliseconds each. */
function paceOfTurns(ms: number, turns: number): Promise<number[]> {
  const line = new Line();
  return pace(line, turns, (i) => {
    line.way.checked();
    return i === 0 ? 0 : ms;
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
  const calm = new Line();
  calm.add('step');
  calm.way.gather(() => {
    calm.done += 'gathered';
  });
  assert.equal(calm.done, 'gathered');
  const line = await besideChecks();
  line.add('a');
  line.way.gather(() => {
    line.done += 'b';
  });
  await line.pass(0);
  assert.equal(await line.pass(1), 'ab');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommitQueue, type GroupResult } from 'hallpass/store/commit-queue';
import type { JournalEntry, Outcome, Write } from 'hallpass/store/store';
import { sampleToken, writeOf } from './samples.ts';

/** A database that numbers what it is given, and answers when it is told to. */
class Database {
  readonly groups: (readonly Write[])[] = [];
  readonly #answers: { answer: () => void; fail: (error: Error) => void }[] = [];
  #revision = 0;

  readonly commitGroup = (writes: readonly Write[]): Promise<GroupResult> => {
    this.groups.push(writes);
    return new Promise((resolve, reject) => {
      this.#answers.push({ answer: () => resolve(this.#resultOf(writes)), fail: reject });
    });
  };

  answer(): void {
    this.#answers.shift()?.answer();
  }

  fail(error: Error): void {
    this.#answers.shift()?.fail(error);
  }

  #resultOf(writes: readonly Write[]): GroupResult {
    const entries: JournalEntry[] = [];
    const results = writes.map(({ mutation }): Outcome => {
      if (mutation.kind !== 'insert_token') return { kind: 'done', revision: null };
      const { token } = mutation;
      entries.push({ kind: 'token', revision: ++this.#revision, at: 1, token, chain: new Uint8Array() });
      return { kind: 'done', revision: this.#revision };
    });
    return { results, entries };
  }
}

async function turns(): Promise<void> {
  for (let i = 0; i < 10; i++) await null;
}

const write = (name: string) => writeOf({ kind: 'insert_token', token: sampleToken({ name }) });

test('changes are told in the order in which they were committed, each before whoever made it is answered', async () => {
  const database = new Database();
  const queue = new CommitQueue(database.commitGroup);
  const seen: string[] = [];
  queue.follow((entries) => seen.push(...entries.map(({ revision }) => `told ${revision}`)));
  const commit = async (name: string) => {
    await queue.commit(write(name));
    seen.push(`answered ${name}`);
  };
  const all = [commit('1')];
  await turns();
  all.push(commit('2'));
  database.answer();
  await turns();
  all.push(commit('3'));
  database.answer();
  await turns();
  database.answer();
  await Promise.all(all);
  assert.deepEqual(seen, ['told 1', 'answered 1', 'told 2', 'answered 2', 'told 3', 'answered 3']);
});

test('a write that is made while others are answered is committed as well', async () => {
  const database = new Database();
  const queue = new CommitQueue(database.commitGroup);
  let second: Promise<unknown> | undefined;
  queue.follow(() => {
    second ??= queue.commit(write('second'));
  });
  const first = queue.commit(write('first'));
  await turns();
  database.answer();
  await first;
  await turns();
  database.answer();
  assert.deepEqual(await second, { kind: 'done', revision: 2 });
  await queue.settled();
});

test('a group that fails takes nobody else with it', async () => {
  const database = new Database();
  const queue = new CommitQueue(database.commitGroup);
  const first = queue.commit(write('first'));
  await turns();
  const second = queue.commit(write('second'));
  database.fail(new Error('full'));
  await assert.rejects(first, /full/);
  await turns();
  database.answer();
  assert.deepEqual(await second, { kind: 'done', revision: 1 });
});

test('the database has the next writes before those it has made are answered', async () => {
  const database = new Database();
  const queue = new CommitQueue(database.commitGroup);
  const first = queue.commit(write('first')).then(() => database.groups.length);
  await turns();
  const second = queue.commit(write('second'));
  database.answer();
  assert.equal(await first, 2);
  database.answer();
  await second;
});

test('a listener that fails keeps nobody from the answer to what the database already has', async () => {
  const database = new Database();
  const queue = new CommitQueue(database.commitGroup);
  const told: number[] = [];
  queue.follow((entries) => {
    if (told.push(...entries.map(({ revision }) => revision)) === 1) throw new Error('a faulty listener');
  });
  const first = queue.commit(write('first'));
  const fault = assert.rejects(queue.settled(), /a faulty listener/);
  await turns();
  const second = queue.commit(write('second'));
  database.answer();
  assert.deepEqual(await first, { kind: 'done', revision: 1 });
  await fault;
  database.answer();
  assert.deepEqual(await second, { kind: 'done', revision: 2 });
  assert.deepEqual(told, [1, 2]);
});

test('new tokens are answered at the pace that is asked for, in their order, and everything else at once', async () => {
  const database = new Database();
  const paced: (() => void)[] = [];
  const queue = new CommitQueue(database.commitGroup, {
    answer: (run) => paced.push(run),
    begin: (run) => run(),
  });
  const answered: string[] = [];
  const told: number[] = [];
  queue.follow((entries) => told.push(...entries.map(({ revision }) => revision)));
  const commit = async (name: string, made: Write) => {
    await queue.commit(made);
    answered.push(name);
  };
  const first = commit('first', write('first'));
  const second = commit('second', write('second'));
  const refused = commit('refused', writeOf({ kind: 'none' }));
  await turns();
  database.answer();
  await refused;
  assert.deepEqual({ told, answered }, { told: [1, 2], answered: ['refused'] });
  for (const answer of paced) answer();
  await Promise.all([first, second]);
  assert.deepEqual(answered, ['refused', 'first', 'second']);
});

test('what takes a right away waits behind no new token, however many came before it', async () => {
  const database = new Database();
  const queue = new CommitQueue(database.commitGroup);
  const all = [queue.commit(write('under way'))];
  await turns();
  for (let i = 0; i < 1_000; i++) all.push(queue.commit(write(`${i}`)));
  const change = writeOf({ kind: 'none' });
  const changed = queue.commit(change);
  database.answer();
  await turns();
  assert.deepEqual([database.groups.length, database.groups[1]?.[0]], [2, change]);
  database.answer();
  await changed;
  assert.ok((database.groups[1]?.length ?? 0) <= 64);
  while (database.groups.flat().length < 1_002) {
    database.answer();
    await turns();
  }
  database.answer();
  await Promise.all(all);
});

test('however many changes there are, new tokens have a share of each commit', async () => {
  const database = new Database();
  const queue = new CommitQueue(database.commitGroup);
  const all = [queue.commit(write('under way'))];
  await turns();
  for (let i = 0; i < 100; i++)
    all.push(queue.commit(writeOf({ kind: 'none' })), queue.commit(write(`${i}`)));
  database.answer();
  await turns();
  const made = database.groups[1]?.filter(({ mutation }) => mutation.kind === 'insert_token');
  assert.deepEqual([database.groups[1]?.length, made?.length], [64, 16]);
  while (database.groups.flat().length < 201) {
    database.answer();
    await turns();
  }
  database.answer();
  await Promise.all(all);
});

/** A queue whose groups of new tokens begin when it is said. */
function puttingOff(database: Database): { queue: CommitQueue; begin: () => void } {
  const begins: (() => void)[] = [];
  const queue = new CommitQueue(database.commitGroup, {
    answer: (run) => run(),
    begin: (run) => begins.push(run),
  });
  return { queue, begin: () => begins.shift()?.() };
}

test('new tokens that come while their group is put off share its commit', async () => {
  const database = new Database();
  const { queue, begin } = puttingOff(database);
  const first = queue.commit(write('first'));
  await turns();
  const second = queue.commit(write('second'));
  await turns();
  assert.deepEqual(database.groups, []);
  begin();
  database.answer();
  await Promise.all([first, second]);
  assert.deepEqual(
    database.groups.map(({ length }) => length),
    [2],
  );
});

test('what takes a right away waits for no group to gather, neither a first nor a later one', async () => {
  const database = new Database();
  const { queue, begin } = puttingOff(database);
  const sizes = () => database.groups.map(({ length }) => length);
  const other = () => queue.commit(writeOf({ kind: 'none' }));
  const all = [queue.commit(write('1'))];
  await turns();
  all.push(other());
  assert.deepEqual(sizes(), [2]);
  all.push(queue.commit(write('2')));
  database.answer();
  await turns();
  assert.deepEqual(sizes(), [2]);
  all.push(other(), queue.commit(write('3')));
  assert.deepEqual(sizes(), [2, 2]);
  // What was put off begins nothing a second time, and so loses nothing.
  begin();
  begin();
  database.answer();
  await turns();
  begin();
  database.answer();
  await Promise.all(all);
  assert.deepEqual(sizes(), [2, 2, 1]);
});

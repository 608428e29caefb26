import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { DatabaseSync } from '@photostructure/sqlite';
import { Calls } from 'hallpass/store/sqlite/calls';
import { openDatabase } from 'hallpass/store/sqlite/database';
import { type Connection, queriesOver } from 'hallpass/store/sqlite/dialect';
import { SqliteEngine } from 'hallpass/store/sqlite/engine';
import { Snapshots } from 'hallpass/store/sqlite/snapshots';
import { SqliteStore } from 'hallpass/store/sqlite/sqlite-store';
import { sql } from 'kysely';
import { assertWhole, type Readable } from './chains.ts';
import { successor } from './contract-formers.ts';
import { create, EVERYTHING, NOW, sampleToken, writeOf } from './samples.ts';
import { inFolder } from './sqlite-place.ts';

function readable(engine: SqliteEngine): Readable {
  return {
    listChanges: (after, limit) => engine.listChanges(after, limit),
    listAudit: (before, limit) => engine.listAudit(before, limit),
    listOperators: () => engine.listOperators(),
    load: (onCount, onBatch) => {
      const taken = new Int32Array(new SharedArrayBuffer(4));
      return engine.load(taken, (part) => {
        if (typeof part === 'number') return onCount(part);
        onBatch(part);
        Atomics.add(taken, 0, 1);
      });
    },
  };
}

/** A connection on which chosen statements fail before they begin. */
class FaultyConnection implements Connection {
  /** How many statements go well before one fails; and whether all fail after that. */
  left = Number.POSITIVE_INFINITY;
  forGood = false;
  readonly #connection: InstanceType<typeof DatabaseSync>;

  constructor(connection: InstanceType<typeof DatabaseSync>) {
    this.#connection = connection;
  }

  get isTransaction(): boolean {
    return this.#connection.isTransaction;
  }

  exec(statements: string): void {
    this.#step();
    this.#connection.exec(statements);
  }

  prepare(text: string): ReturnType<Connection['prepare']> {
    const statement = this.#connection.prepare(text);
    const step = () => this.#step();
    return new Proxy(statement, {
      get(target, property) {
        if (property === 'all' || property === 'run') step();
        const value: unknown = Reflect.get(target, property);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  close(): void {
    this.#connection.close();
  }

  #step(): void {
    const fails = this.forGood ? this.left <= 0 : this.left === 0;
    this.left--;
    if (fails) throw new Error('A fault.');
  }
}

async function withEngine(
  body: (
    engine: SqliteEngine,
    faulty: FaultyConnection,
    connection: InstanceType<typeof DatabaseSync>,
  ) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const connection = await openDatabase(join(folder, 'hallpass.db'), 'epoch');
    const faulty = new FaultyConnection(connection);
    const engine = new SqliteEngine(faulty, new Snapshots(() => faulty));
    await body(engine, faulty, connection);
    await engine.close();
  });
}

async function allOf(engine: SqliteEngine) {
  return engine.listTokens({ now: 0 }, 0, EVERYTHING);
}

/** Makes two tokens, then one group: a create, a change of the first and a removal of the second. */
async function commitWithFault(
  engine: SqliteEngine,
  faulty: FaultyConnection,
  after: number,
): Promise<boolean> {
  const [kept, gone, made] = [sampleToken(), sampleToken(), sampleToken()];
  await engine.commit(
    [kept, gone].map((token) => writeOf({ kind: 'insert_token', token })),
    NOW,
  );
  const before = await allOf(engine);
  const revisionOf = (id: string) => before.find((token) => token.id === id)?.revision ?? 0;
  faulty.left = after;
  const { results, entries } = await engine.commit(
    [
      writeOf({ kind: 'insert_token', token: made }),
      writeOf({ kind: 'replace_token', token: { ...kept, active: false }, ifRevision: revisionOf(kept.id) }),
      writeOf({ kind: 'delete_token', token: gone, ifRevision: revisionOf(gone.id) }),
    ],
    NOW,
  );
  const happened = faulty.left < 0;
  faulty.left = Number.POSITIVE_INFINITY;
  const done = results.map(({ kind }) => kind === 'done');
  assert.equal(entries.length, done.filter(Boolean).length);
  // What was a revision then is one no more, so the next commit rolls back what a failed rollback left open.
  await engine.commit([writeOf({ kind: 'none' })], NOW);
  const tokens = new Map((await allOf(engine)).map((token) => [token.id, token]));
  assert.deepEqual([tokens.has(made.id), !tokens.get(kept.id)?.active, !tokens.has(gone.id)], done);
  const others = before.filter(({ id }) => id !== kept.id && id !== gone.id);
  for (const token of others) assert.deepEqual(tokens.get(token.id), token);
  await assertWhole(readable(engine));
  if (!faulty.forGood || !happened) assert.deepEqual(done, [true, true, true]);
  return happened;
}

for (const forGood of [false, true]) {
  test(`C103: ${forGood ? 'every statement from the n-th on' : 'the n-th statement'} of a group fails, for each n`, () =>
    withEngine(async (engine, faulty) => {
      faulty.forGood = forGood;
      let after = 0;
      while (await commitWithFault(engine, faulty, after)) after++;
      assert.ok(after > 10);
    }));
}

test('C104: a full disk refuses writes and says so, reads go on, and there is no restart when there is room', () =>
  withEngine(async (engine, _faulty, connection) => {
    const create = () => engine.commit([writeOf({ kind: 'insert_token', token: sampleToken() })], NOW);
    const { page_count } = connection.prepare('pragma page_count').get() as { page_count: number };
    connection.exec(`pragma max_page_count = ${page_count + 2}`);
    let stored = 0;
    let result = (await create()).results[0];
    for (; result?.kind === 'done'; result = (await create()).results[0]) stored++;
    assert.ok(result?.kind === 'failed');
    assert.equal(result.fault, 'unavailable');
    assert.match(result.message, /disk is full/);
    assert.equal((await allOf(engine)).length, stored);
    connection.exec('pragma max_page_count = 1000000');
    assert.equal((await create()).results[0]?.kind, 'done');
    assert.equal((await allOf(engine)).length, stored + 1);
    await assertWhole(readable(engine));
  }));

/** Makes a token with a former value, then one group: another value for it, and its removal. */
async function rotateWithFault(
  engine: SqliteEngine,
  faulty: FaultyConnection,
  after: number,
): Promise<boolean> {
  const made = sampleToken();
  await engine.commit([writeOf({ kind: 'insert_token', token: made })], NOW);
  const before = await engine.tokenById(made.id);
  assert.ok(before);
  await engine.commit(
    [writeOf({ kind: 'replace_token', token: successor(before), ifRevision: before.revision })],
    NOW,
  );
  const first = await engine.tokenById(made.id);
  assert.ok(first);
  faulty.left = after;
  // The second stands only where the first was not made.
  const { results } = await engine.commit(
    [
      writeOf({ kind: 'replace_token', token: successor(first), ifRevision: first.revision }),
      writeOf({ kind: 'delete_token', token: first, ifRevision: first.revision }),
    ],
    NOW,
  );
  const happened = faulty.left < 0;
  faulty.left = Number.POSITIVE_INFINITY;
  await engine.commit([writeOf({ kind: 'none' })], NOW);
  const values = (await engine.tokenById(made.id))?.formers.length;
  const done = results.map(({ kind }) => kind === 'done');
  assert.equal(values, done[0] ? 2 : done[1] ? undefined : 1);
  await assertWhole(readable(engine));
  return happened;
}

for (const forGood of [false, true]) {
  test(`C103: ${forGood ? 'every statement from the n-th on' : 'the n-th statement'} of a rotation fails, for each n`, () =>
    withEngine(async (engine, faulty) => {
      faulty.forGood = forGood;
      let after = 0;
      while (await rotateWithFault(engine, faulty, after)) after++;
      assert.ok(after > 10);
    }));
}

const KEPT = {
  text: 'Zoë 🗝',
  'an empty text': '',
  'a number': 42,
  'a negative number': -1,
  'the largest number': Number.MAX_SAFE_INTEGER,
  'no value': null,
  bytes: new Uint8Array([0, 1, 255]),
  'no bytes': new Uint8Array(0),
};

for (const [what, value] of Object.entries(KEPT)) {
  test(`${what} is bound as it is`, async () => {
    const db = queriesOver(new DatabaseSync(':memory:'));
    const { rows } = await sql`select ${value} as value`.execute(db);
    assert.deepEqual({ ...(rows[0] as object) }, { value });
  });
}

const REFUSED = {
  'a truth value': true,
  'a large integer': 1n,
  nothing: undefined,
  NaN: Number.NaN,
  infinity: Number.POSITIVE_INFINITY,
  'a fraction': 1.5,
  'an unsafe number': 2 ** 53,
  'a date': new Date(0),
  'an object': {},
  'a text with a NUL': 'a\0b',
  'half a surrogate pair': '\ud83d',
};

for (const [what, value] of Object.entries(REFUSED)) {
  test(`${what} is never bound`, async () => {
    const db = queriesOver(new DatabaseSync(':memory:'));
    await assert.rejects(sql`select ${value} as value`.execute(db), TypeError);
  });
}

test('when the thread breaks, what waits and what comes later is refused as unavailable', async () => {
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads');
    parentPort.once('message', () => { throw new Error('broken'); });
    parentPort.postMessage({ id: 0, result: { kind: 'value' } });`,
    { eval: true },
  );
  const calls = new Calls(worker);
  await calls.opened();
  const store = new SqliteStore(calls, () => NOW);
  const refused = { name: 'StoreError', fault: 'unavailable' };
  await Promise.all([
    assert.rejects(create(store, sampleToken()), refused),
    assert.rejects(store.listOperators(), refused),
  ]);
  await assert.rejects(create(store, sampleToken()), refused);
  await assert.rejects(store.close(), refused);
});

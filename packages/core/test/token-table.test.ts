import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Digest, digestToBytes } from '@hallpass/core/digest';
import { newTokenId } from '@hallpass/core/id';
import { type TableEntry, TokenTable } from '@hallpass/core/token-table';
import fc from 'fast-check';
import { digestOfWords, digests, entries, seededBytes } from './arbitraries.ts';

type Model = Map<string, TableEntry>;
type Step = fc.Command<Model, TokenTable>;

/** The first 160 bits: what the table tells tokens apart by. */
function keyOf(digest: Digest): string {
  return digest.slice(0, 20);
}

function find(table: TokenTable, digest: Digest): Omit<TableEntry, 'digest'> | undefined {
  const bytes = digestToBytes(digest);
  const found = table.find(Int32Array.from({ length: 8 }, (_, i) => bytes.readInt32BE(i * 4)));
  if (!found) return undefined;
  const { id, name, expiresAt, active, write } = found;
  return { id, name, expiresAt, active, write };
}

function expectSame(table: TokenTable, model: Model, digest: Digest): void {
  const entry = model.get(keyOf(digest));
  const found = find(table, digest);
  assert.deepEqual(found && { digest, ...found }, entry && { ...entry, digest });
}

function expectAllSame(table: TokenTable, model: Model): void {
  assert.equal(table.size, model.size);
  for (const { digest } of model.values()) expectSame(table, model, digest);
}

class SetEntry implements Step {
  readonly entry: TableEntry;
  constructor(entry: TableEntry) {
    this.entry = entry;
  }
  check(): boolean {
    return true;
  }
  run(model: Model, table: TokenTable): void {
    table.set(this.entry);
    model.set(keyOf(this.entry.digest), this.entry);
    expectAllSame(table, model);
  }
  toString(): string {
    return `set ${Buffer.from(this.entry.digest, 'latin1').toString('hex')}`;
  }
}

class DeleteDigest implements Step {
  readonly digest: Digest;
  constructor(digest: Digest) {
    this.digest = digest;
  }
  check(): boolean {
    return true;
  }
  run(model: Model, table: TokenTable): void {
    assert.equal(table.delete(this.digest), model.delete(keyOf(this.digest)));
    expectSame(table, model, this.digest);
    expectAllSame(table, model);
  }
  toString(): string {
    return `delete ${Buffer.from(this.digest, 'latin1').toString('hex')}`;
  }
}

class Reserve implements Step {
  readonly count: number;
  constructor(count: number) {
    this.count = count;
  }
  check(): boolean {
    return true;
  }
  run(model: Model, table: TokenTable): void {
    table.reserve(this.count);
    expectAllSame(table, model);
  }
  toString(): string {
    return `reserve ${this.count}`;
  }
}

test('the table answers as a plain map does, whatever is set, replaced and deleted, crowded digests too', () => {
  const steps = [
    entries.map((entry): Step => new SetEntry(entry)),
    entries.map((entry): Step => new SetEntry(entry)),
    digests.map((digest): Step => new DeleteDigest(digest)),
    fc.nat(20_000).map((count): Step => new Reserve(count)),
  ];
  fc.assert(
    fc.property(fc.commands(steps, { maxCommands: 120 }), (run) => {
      fc.modelRun(() => ({ model: new Map(), real: new TokenTable() }), run);
    }),
    { numRuns: 60 },
  );
});

test('a table grows to 60,000 tokens and shrinks to none without losing or mixing up one', () => {
  const random = seededBytes(7);
  const table = new TokenTable();
  const model: Model = new Map();
  const all = Array.from({ length: 60_000 }, (_, i): TableEntry => {
    const words = new Int32Array(random(20).slice().buffer);
    return {
      digest: digestOfWords([...words]),
      id: newTokenId(1_700_000_000_000 + i, random),
      name: `token ${i}`,
      expiresAt: i % 3 === 0 ? null : 1_700_000_000_000 + i,
      active: i % 5 !== 0,
      write: i % 2 === 0,
    };
  });
  for (const entry of all) {
    table.set(entry);
    model.set(keyOf(entry.digest), entry);
  }
  expectAllSame(table, model);
  all.forEach(({ digest }, i) => {
    assert.equal(table.delete(digest), true);
    model.delete(keyOf(digest));
    if (i % 20_000 === 0) expectAllSame(table, model);
    expectSame(table, model, digest);
  });
  assert.equal(table.size, 0);
});

test('an entry the table cannot hold is refused and changes nothing', () => {
  const table = new TokenTable();
  const good: TableEntry = {
    digest: digestOfWords([1, 2, 3, 4, 5]),
    id: newTokenId(1_700_000_000_000, seededBytes(1)),
    name: 'kept',
    expiresAt: 5,
    active: true,
    write: false,
  };
  table.set(good);
  const before = find(table, good.digest);
  const bad: Partial<TableEntry>[] = [
    { id: 'tok_01234567890123456789012345678U' },
    { id: 'tok_short' },
    { id: 'tok_81234567890123456789012345' },
    { name: '\ud800' },
    { name: 'x'.repeat(70_000) },
    { expiresAt: -1 },
    { expiresAt: 1.5 },
    { expiresAt: 2 ** 48 },
    { expiresAt: Number.NaN },
  ];
  for (const change of bad) {
    assert.throws(() => table.set({ ...good, ...change }), /RangeError|URIError/);
    assert.throws(() => table.set({ ...good, digest: digestOfWords([9]), ...change }), /RangeError|URIError/);
  }
  assert.deepEqual(find(table, good.digest), before);
  assert.equal(find(table, digestOfWords([9])), undefined);
  assert.equal(table.size, 1);
});

test('a table without names tells none', () => {
  const table = new TokenTable({ names: false });
  const digest = digestOfWords([1, 2, 3, 4, 5]);
  table.set({
    digest,
    id: newTokenId(1, seededBytes(1)),
    name: 'n',
    expiresAt: null,
    active: true,
    write: true,
  });
  assert.equal(find(table, digest)?.name, '');
});

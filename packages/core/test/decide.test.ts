import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import type { Access } from '@hallpass/core/access';
import { ABSENT, MALFORMED, type Presented } from '@hallpass/core/credential';
import { decide } from '@hallpass/core/decide';
import { digestOf } from '@hallpass/core/digest';
import { newTokenId } from '@hallpass/core/id';
import { mint } from '@hallpass/core/token';
import { type TableEntry, TokenTable } from '@hallpass/core/token-table';
import type { DenyReason, Verdict } from '@hallpass/core/verdict';
import fc from 'fast-check';
import { seededBytes } from './arbitraries.ts';

const NOW = 1_700_000_000_000;
const random = seededBytes(42);
const value = mint('hp_', random).reveal();
const id = newTokenId(NOW, random);
const good: TableEntry = {
  digest: digestOf(value),
  id,
  name: 'é x',
  expiresAt: null,
  active: true,
  write: true,
};

function ask(
  change: Partial<TableEntry>,
  { presented = value as Presented, access = 'read' as Access, now = NOW } = {},
): Verdict {
  const table = new TokenTable();
  table.set({ ...good, ...change });
  return decide({ presented, access }, table, now);
}

function expectDeny(verdict: Verdict, reason: DenyReason): void {
  assert.deepEqual(verdict, { allow: false, reason });
}

test('a known token is allowed, and the verdict says whom it stands for', () => {
  const verdict = ask({ expiresAt: NOW + 1 }, { access: 'write' });
  assert.ok(verdict.allow);
  const { principal } = verdict;
  assert.equal(principal.id, id);
  assert.equal(principal.name, 'é x');
  assert.equal(principal.encodedName, '%C3%A9%20x');
  assert.equal(principal.write, true);
  assert.equal(principal.expiresAt, NOW + 1);
});

test('a principal shows its id, name, rights and end in JSON and in a log, and nothing of its value', () => {
  const verdict = ask({ expiresAt: NOW + 1 });
  assert.ok(verdict.allow);
  const shown = { id, name: 'é x', write: true, expiresAt: NOW + 1 };
  assert.deepEqual(JSON.parse(JSON.stringify(verdict.principal)), shown);
  assert.equal(inspect(verdict.principal), inspect(shown));
});

test('C27: a token is refused at the millisecond it expires', () => {
  expectDeny(ask({ expiresAt: NOW }), 'expired');
});

test('C28: a token is allowed one millisecond before it expires', () => {
  assert.equal(ask({ expiresAt: NOW + 1 }).allow, true);
});

test('C42: expiry is right in 2038 and at the end of the year 9999', () => {
  for (const end of [
    2 ** 31 * 1000,
    2 ** 32,
    2 ** 32 - 1,
    2 ** 47,
    Date.UTC(9999, 11, 31, 23, 59, 59, 999),
  ]) {
    assert.equal(ask({ expiresAt: end }, { now: end - 1 }).allow, true);
    expectDeny(ask({ expiresAt: end }, { now: end }), 'expired');
  }
});

test('C33: an inactive token is refused, also when it has expired', () => {
  expectDeny(ask({ active: false }), 'inactive');
  expectDeny(ask({ active: false, expiresAt: 1 }), 'inactive');
});

test('C43, C44: a read-only token reads and does not write', () => {
  assert.equal(ask({ write: false }, { access: 'read' }).allow, true);
  expectDeny(ask({ write: false }, { access: 'write' }), 'read_only');
});

test('C45: what is granted to nobody is refused for a token that may write', () => {
  expectDeny(ask({}, { access: 'refused' }), 'method');
});

test('an access nobody has heard of is refused', () => {
  for (const access of ['', 'READ', 'constructor', null, 1]) {
    expectDeny(ask({}, { access: access as Access }), 'fault');
  }
});

test('no credential, a malformed one and one with a wrong checksum are told apart', () => {
  expectDeny(ask({}, { presented: ABSENT }), 'absent');
  expectDeny(ask({}, { presented: MALFORMED }), 'malformed');
  expectDeny(ask({}, { presented: `${value.slice(0, -1)}${value.endsWith('0') ? '1' : '0'}` }), 'checksum');
  expectDeny(ask({}, { presented: mint('hp_', random).reveal() }), 'unknown');
});

test('C34: a removed token is unknown at once, and its value stays dead when the name is made again', () => {
  const table = new TokenTable();
  table.set(good);
  table.delete(good.digest);
  table.set({ ...good, digest: digestOf('another'), id: newTokenId(NOW, random) });
  expectDeny(decide({ presented: value, access: 'read' }, table, NOW), 'unknown');
});

test('a time that is no time refuses every token, also one that never expires', () => {
  for (const now of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1]) {
    expectDeny(ask({}, { now }), 'expired');
    expectDeny(ask({ expiresAt: NOW }, { now }), 'expired');
  }
});

test('nothing that is presented at any time makes the decision throw, and nothing unknown passes', () => {
  const table = new TokenTable();
  table.set(good);
  const anything = fc.oneof(
    fc.string({ unit: 'binary', size: 'large' }),
    fc.string({ unit: 'binary-ascii' }).map((text) => `hp_${text}`.padEnd(39, '0').slice(0, 39)),
    fc
      .tuple(fc.nat(38), fc.nat(0xffff))
      .map(([at, code]) => value.slice(0, at) + String.fromCharCode(code) + value.slice(at + 1)),
  );
  fc.assert(
    fc.property(
      anything,
      fc.double(),
      fc.constantFrom('read', 'write', 'refused'),
      (presented, now, access) => {
        fc.pre(presented !== value);
        assert.equal(decide({ presented, access }, table, now).allow, false);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('a principal taken before a change speaks of its own token alone', () => {
  const table = new TokenTable();
  table.set(good);
  const verdict = decide({ presented: value, access: 'read' }, table, NOW);
  assert.ok(verdict.allow);
  table.set({ ...good, name: 'renamed' });
  assert.equal(verdict.principal.name, 'renamed');
  table.delete(good.digest);
  assert.equal(verdict.principal.name, '');
  table.set({ ...good, id: newTokenId(NOW + 1, random), name: 'stranger' });
  assert.equal(verdict.principal.name, '');
  assert.equal(verdict.principal.id, id);
});

test('names come back whole after others of the same size took the places of removed ones', () => {
  const table = new TokenTable();
  const entry = (i: number, name: string): TableEntry => ({
    ...good,
    digest: digestOf(`${i}`),
    id: newTokenId(i, random),
    name,
  });
  const nameOf = (digest: TableEntry['digest']): string | undefined => {
    const bytes = Buffer.from(digest, 'latin1');
    return table.find(Int32Array.from({ length: 8 }, (_, i) => bytes.readInt32BE(i * 4)))?.name;
  };
  for (let i = 0; i < 500; i++) table.set(entry(i, `first ${i}`));
  for (let i = 0; i < 500; i += 2) table.delete(digestOf(`${i}`));
  for (let i = 500; i < 1000; i++) table.set(entry(i, `later ${i}`));
  for (let i = 0; i < 500; i++)
    assert.equal(nameOf(digestOf(`${i}`)), i % 2 === 0 ? undefined : `first ${i}`);
  for (let i = 500; i < 1000; i++) assert.equal(nameOf(digestOf(`${i}`)), `later ${i}`);
});

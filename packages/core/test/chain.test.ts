import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AuditDraft, auditHash, FIRST_HASH } from '@hallpass/core/audit';
import { type Change, chain, chainLink, contentHash, FIRST_CHAIN, linkOf } from '@hallpass/core/change';
import { digestOf } from '@hallpass/core/digest';

function expectAllDiffer(hashes: readonly Uint8Array[]): void {
  const texts = hashes.map((hash) => Buffer.from(hash).toString('hex'));
  assert.equal(new Set(texts).size, texts.length);
}

const token = {
  id: 'tok_A',
  name: 'n',
  digest: digestOf('a'),
  expiresAt: 5,
  active: true,
  write: false,
} as const;
const operator = {
  id: 'opr_A',
  name: 'n',
  role: 'owner',
  digest: digestOf('a'),
  hint: 'hpo_…aaaa',
  expiresAt: 5,
  active: true,
  description: '',
  createdBy: 'ops',
  createdAt: 1,
  updatedAt: 1,
} as const;

test('the chain differs when any field of a change does', () => {
  const at = { revision: 7, at: 9 };
  const changes: Change[] = [
    { ...at, kind: 'token', token },
    { ...at, revision: 8, kind: 'token', token },
    { ...at, at: 10, kind: 'token', token },
    { ...at, kind: 'token', token: { ...token, id: 'tok_B' } },
    { ...at, kind: 'token', token: { ...token, name: 'm' } },
    { ...at, kind: 'token', token: { ...token, digest: digestOf('b') } },
    { ...at, kind: 'token', token: { ...token, expiresAt: 6 } },
    { ...at, kind: 'token', token: { ...token, expiresAt: null } },
    { ...at, kind: 'token', token: { ...token, active: false } },
    { ...at, kind: 'token', token: { ...token, write: true } },
    { ...at, kind: 'token_removed', token },
    { ...at, kind: 'token_removed', token: { ...token, id: 'tok_B' } },
    { ...at, kind: 'token_removed', token: { ...token, digest: digestOf('b') } },
    { ...at, kind: 'operator', operator },
    { ...at, kind: 'operator', operator: { ...operator, id: 'opr_B' } },
    { ...at, kind: 'operator', operator: { ...operator, name: 'm' } },
    { ...at, kind: 'operator', operator: { ...operator, role: 'manager' } },
    { ...at, kind: 'operator', operator: { ...operator, digest: digestOf('b') } },
    { ...at, kind: 'operator', operator: { ...operator, expiresAt: null } },
    { ...at, kind: 'operator', operator: { ...operator, active: false } },
    { ...at, kind: 'operator_removed', operator },
  ];
  const first = changes[0] as Change;
  expectAllDiffer([
    ...changes.map((change) => chain(FIRST_CHAIN, change)),
    chain(new Uint8Array(16).fill(1), first),
  ]);
  assert.equal(chain(FIRST_CHAIN, first).length, 16);
  assert.deepEqual(chain(FIRST_CHAIN, first), chain(FIRST_CHAIN, first));
});

test('the chain over an operator is known from the hash of the row alone', () => {
  const change: Change = { revision: 7, at: 9, kind: 'operator', operator };
  const link = { revision: 7, hidden: true, hash: contentHash(change) };
  assert.deepEqual(chainLink(FIRST_CHAIN, link), chain(FIRST_CHAIN, change));
});

test('a row of a token cannot pass for a hidden one, nor under another revision', () => {
  const link = linkOf({ revision: 7, at: 9, kind: 'token_removed', token });
  expectAllDiffer([
    chainLink(FIRST_CHAIN, link),
    chainLink(FIRST_CHAIN, { ...link, hidden: true }),
    chainLink(FIRST_CHAIN, { ...link, revision: 8 }),
  ]);
});

test('the audit hash differs when any field of an entry does', () => {
  const entry: AuditDraft = {
    at: 1,
    actor: 'ops',
    actorId: 'opr_A',
    action: 'token.create',
    targetId: 'tok_A',
    targetName: 'n',
    outcome: 'done',
    address: '127.0.0.1',
    requestId: 'r',
    detail: { active: [true, false] },
  };
  const changed: Partial<AuditDraft>[] = [
    {},
    { at: 2 },
    { actor: 'x' },
    { actorId: null },
    { action: 'token.delete' },
    { targetId: null },
    { targetName: 'm' },
    { outcome: 'name_taken' },
    { address: null },
    { requestId: null },
    { detail: {} },
    { targetId: 'n', targetName: 'tok_A' },
  ];
  expectAllDiffer([
    ...changed.map((change) => auditHash(FIRST_HASH, 1, { ...entry, ...change })),
    auditHash(FIRST_HASH, 2, entry),
    auditHash(new Uint8Array(32).fill(1), 1, entry),
  ]);
  assert.equal(auditHash(FIRST_HASH, 1, entry).length, 32);
});

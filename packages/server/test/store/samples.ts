import { createHash, randomBytes } from 'node:crypto';
import type { AuditDraft } from '@hallpass/core/audit';
import { type Digest, digestOf } from '@hallpass/core/digest';
import { newOperatorId, newTokenId } from '@hallpass/core/id';
import { unpackTokens } from '@hallpass/core/packed';
import type { OperatorRecord, TokenRecord } from '@hallpass/core/record';
import type { TableEntry } from '@hallpass/core/token-table';
import type { Mutation, NewOperator, NewToken, Outcome, Store, Write } from 'hallpass/store/store';

export const NOW = 1_800_000_000_000;
export const ANY = { now: NOW };
export const EVERYTHING = 1_000_000;

let made = 0;

export function sampleToken(fields: Partial<NewToken> = {}): NewToken {
  const number = ++made;
  return {
    id: newTokenId(NOW, randomBytes),
    name: `service ${number}`,
    digest: digestOf(`value ${number}`),
    sealed: createHash('sha512').update(`value ${number}`).digest(),
    hint: 'hp_…a1B2',
    expiresAt: null,
    active: true,
    write: false,
    description: '',
    formers: [],
    createdBy: 'ops',
    createdAt: NOW,
    updatedAt: NOW,
    ...fields,
  };
}

export function sampleOperator(fields: Partial<NewOperator> = {}): NewOperator {
  const number = ++made;
  return {
    id: newOperatorId(NOW, randomBytes),
    name: `operator ${number}`,
    role: 'owner',
    digest: digestOf(`key ${number}`),
    hint: 'hpo_…a1B2',
    expiresAt: null,
    active: true,
    description: '',
    createdBy: 'system',
    createdAt: NOW,
    updatedAt: NOW,
    ...fields,
  };
}

export function sampleAudit(fields: Partial<AuditDraft> = {}): AuditDraft {
  return {
    at: NOW,
    actor: 'ops',
    actorId: 'opr_1',
    action: 'token.create',
    targetId: null,
    targetName: 'any name',
    outcome: 'done',
    address: '192.0.2.1',
    requestId: 'request-1',
    detail: { active: [true, false], 10: 'ten', name: 'Zoë' },
    ...fields,
  };
}

export function writeOf(mutation: Mutation, rest: Partial<Write> = {}): Write {
  return { mutation, by: null, audit: sampleAudit(), ...rest };
}

export function create(store: Store, token: NewToken): Promise<Outcome> {
  return store.commit(writeOf({ kind: 'insert_token', token }));
}

export async function created(store: Store, fields: Partial<NewToken> = {}): Promise<TokenRecord> {
  const token = sampleToken(fields);
  await create(store, token);
  const record = await store.tokenById(token.id);
  if (!record) throw new Error('The token was not created.');
  return record;
}

export async function createdOperator(
  store: Store,
  fields: Partial<NewOperator> = {},
): Promise<OperatorRecord> {
  const operator = sampleOperator(fields);
  await store.commit(writeOf({ kind: 'insert_operator', operator }));
  const record = await store.operatorByName(operator.name);
  if (!record) throw new Error('The operator was not created.');
  return record;
}

export function allTokens(store: Store): Promise<TokenRecord[]> {
  return store.listTokens(ANY, 0, EVERYTHING);
}

/** What `load` hands over, by digest. */
export async function loaded(store: Pick<Store, 'load'>): Promise<Map<Digest, TableEntry>> {
  const entries = new Map<Digest, TableEntry>();
  await store.load(
    () => {},
    (batch) => {
      for (const entry of unpackTokens(batch)) entries.set(entry.digest, entry);
    },
  );
  return entries;
}

import assert from 'node:assert/strict';
import { auditHash, FIRST_HASH } from '@hallpass/core/audit';
import { chain, FIRST_CHAIN } from '@hallpass/core/change';
import type { Store } from 'hallpass/store/store';
import { EVERYTHING, loaded } from './samples.ts';

/** What the checks read. */
export type Readable = Pick<Store, 'load' | 'listChanges' | 'listAudit' | 'listOperators'>;

async function assertJournal(store: Readable): Promise<void> {
  const entries = await store.listChanges(0, EVERYTHING);
  let previous = FIRST_CHAIN;
  for (const [i, entry] of entries.entries()) {
    assert.equal(entry.revision, i + 1);
    assert.deepEqual(Buffer.from(entry.chain), Buffer.from(chain(previous, entry)));
    previous = entry.chain;
  }
  const head = await store.load(
    () => {},
    () => {},
  );
  assert.equal(head.revision, entries.length);
  assert.deepEqual(Buffer.from(head.chain), Buffer.from(previous));
}

async function assertAudit(store: Readable): Promise<void> {
  const entries = (await store.listAudit(null, EVERYTHING)).reverse();
  let previous = FIRST_HASH;
  for (const [i, entry] of entries.entries()) {
    assert.equal(entry.sequence, i + 1);
    assert.deepEqual(Buffer.from(entry.hash), Buffer.from(auditHash(previous, entry.sequence, entry)));
    previous = entry.hash;
  }
}

/** What the journal says, played from its first row, is what the tables hold. */
async function assertReplay(store: Readable): Promise<void> {
  const replayed = new Map<string, unknown>();
  for (const entry of await store.listChanges(0, EVERYTHING)) {
    if (entry.kind === 'token') {
      const { former, ...value } = entry.token;
      replayed.set(value.digest, value);
    } else if (entry.kind === 'token_removed') replayed.delete(entry.token.digest);
    else if (entry.kind === 'operator') replayed.set(entry.operator.id, entry.operator);
    else replayed.delete(entry.operator.id);
  }
  const stored = new Map<string, unknown>(await loaded(store));
  for (const { revision, position, ...operator } of await store.listOperators()) {
    stored.set(operator.id, operator);
  }
  assert.deepEqual(replayed, stored);
}

/** Journal and audit trail are whole from their first rows to their last, and agree with the tables. */
export async function assertWhole(store: Readable): Promise<void> {
  await assertJournal(store);
  await assertAudit(store);
  await assertReplay(store);
}

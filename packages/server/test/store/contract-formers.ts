import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '@hallpass/core/digest';
import type { Former, TokenRecord } from '@hallpass/core/record';
import type { NewToken, Outcome, Store } from 'hallpass/store/store';
import { assertWhole } from './chains.ts';
import type { WithStore } from './contract.ts';
import { allTokens, create, created, EVERYTHING, loaded, NOW, sampleToken, writeOf } from './samples.ts';

const SOON = NOW + 1_000;

/** What becomes of the present value of a token when it gets another one. */
export function successor(before: TokenRecord, former: Partial<Former> = {}): NewToken {
  const { revision, position, lastUsedAt, ...current } = before;
  const old = { digest: before.digest, hint: before.hint, endsAt: SOON, untilFirstUse: false, ...former };
  const digest = digestOf(`${before.digest}, rotated`);
  return { ...current, digest, hint: 'hp_…next', formers: [...before.formers, old] };
}

async function replaced(store: Store, token: NewToken, ifRevision: number): Promise<TokenRecord> {
  const outcome = await store.commit(writeOf({ kind: 'replace_token', token, ifRevision }));
  assert.equal(outcome.kind, 'done');
  const record = await store.tokenById(token.id);
  assert.ok(record);
  return record;
}

async function rotated(store: Store, fields: Partial<NewToken> = {}): Promise<TokenRecord> {
  const record = await created(store, fields);
  return replaced(store, successor(record), record.revision);
}

async function journal(store: Store, after: number): Promise<unknown[]> {
  const entries = await store.listChanges(after, EVERYTHING);
  return entries.map((entry) => {
    if (entry.kind === 'token') return [entry.revision, entry.token.digest, entry.token.expiresAt];
    return entry.kind === 'token_removed' ? [entry.revision, entry.token.digest, 'gone'] : entry.kind;
  });
}

function changes(withStore: WithStore): void {
  test(
    'a token that gets another value keeps the old one as a former, and each value has its row in the journal',
    withStore(async (store) => {
      await created(store);
      const record = await created(store, { expiresAt: NOW + 5_000 });
      const others = (await allTokens(store)).slice(0, 1);
      const token = successor(record);
      assert.deepEqual(
        await store.commit(writeOf({ kind: 'replace_token', token, ifRevision: record.revision })),
        { kind: 'done', revision: 4 },
      );
      const after = { ...record, ...token, revision: 4 };
      assert.deepEqual(await store.tokenByName(record.name), after);
      assert.deepEqual(await allTokens(store), [...others, after]);
      assert.deepEqual(await journal(store, 2), [
        [3, record.digest, SOON],
        [4, token.digest, NOW + 5_000],
      ]);
      const values = await loaded(store);
      assert.equal(values.size, 3);
      assert.equal(values.get(record.digest)?.expiresAt, SOON);
      assert.equal(values.get(record.digest)?.id, record.id);
      await assertWhole(store);
    }),
  );

  test(
    'what happens to a token happens to its former values in the same commit, and they never outlive it',
    withStore(async (store) => {
      const record = await rotated(store);
      const [old] = record.formers as readonly [Former];
      const ended = await replaced(store, { ...record, active: false, expiresAt: NOW + 1 }, record.revision);
      assert.deepEqual(await journal(store, record.revision), [
        [4, old.digest, NOW + 1],
        [5, record.digest, NOW + 1],
      ]);
      assert.deepEqual((await loaded(store)).get(old.digest), {
        digest: old.digest,
        id: record.id,
        name: record.name,
        expiresAt: NOW + 1,
        active: false,
        write: false,
      });
      const longer = await replaced(store, { ...ended, active: true, expiresAt: null }, ended.revision);
      assert.equal((await loaded(store)).get(old.digest)?.expiresAt, SOON);
      assert.deepEqual(longer.formers, record.formers);
      await assertWhole(store);
    }),
  );

  test(
    'a value that is left out is gone, and a removed token takes all its values with it',
    withStore(async (store) => {
      const first = await rotated(store);
      const [old] = first.formers as readonly [Former];
      const second = await replaced(store, { ...first, formers: [] }, first.revision);
      assert.deepEqual(await journal(store, first.revision), [
        [4, old.digest, 'gone'],
        [5, first.digest, null],
      ]);
      const third = await replaced(store, successor(second), second.revision);
      const other = await rotated(store);
      await store.commit(writeOf({ kind: 'delete_token', token: third, ifRevision: third.revision }));
      assert.deepEqual(await journal(store, other.revision), [
        [other.revision + 1, second.digest, 'gone'],
        [other.revision + 2, third.digest, 'gone'],
      ]);
      assert.deepEqual(await allTokens(store), [other]);
      assert.equal((await loaded(store)).size, 2);
      await assertWhole(store);
    }),
  );

  test(
    'several former values keep their order, whichever of them goes',
    withStore(async (store) => {
      let record = await created(store);
      for (let i = 0; i < 4; i++) record = await replaced(store, successor(record), record.revision);
      const [a, b, c, d] = record.formers as readonly [Former, Former, Former, Former];
      record = await replaced(store, { ...record, formers: [a, c, d] }, record.revision);
      assert.deepEqual(record.formers, [a, c, d]);
      record = await replaced(store, { ...successor(record), formers: [c, d] }, record.revision);
      assert.deepEqual(record.formers, [c, d]);
      assert.deepEqual(await allTokens(store), [record]);
      assert.equal((await loaded(store)).has(b.digest), false);
      await assertWhole(store);
    }),
  );
}

function refusals(withStore: WithStore): void {
  test(
    'no value belongs to two tokens, and no value becomes a former that was none of the token',
    withStore(async (store) => {
      const one = await rotated(store);
      const two = await rotated(store);
      const [old] = one.formers as readonly [Former];
      const before = await allTokens(store);
      const foreign = { ...old, digest: digestOf('foreign') };
      const replace = (token: NewToken): Promise<Outcome> =>
        store.commit(writeOf({ kind: 'replace_token', token, ifRevision: two.revision }));
      const refused: (() => Promise<unknown>)[] = [
        () => create(store, sampleToken({ digest: old.digest })),
        () => create(store, sampleToken({ digest: one.digest })),
        () => create(store, sampleToken({ formers: [foreign] })),
        () => replace({ ...two, digest: old.digest }),
        () => replace({ ...two, digest: one.digest }),
        () => replace({ ...two, formers: [foreign] }),
        () => replace({ ...two, formers: [old] }),
        () => replace({ ...two, formers: [...two.formers, { ...old, digest: two.digest }] }),
        () => replace({ ...successor(two), formers: [...successor(two).formers].reverse() }),
        () => replace({ ...two, formers: [...two.formers, ...two.formers] }),
      ];
      for (const write of refused) await assert.rejects(write, { name: 'StoreError' });
      assert.deepEqual(await allTokens(store), before);
      await assertWhole(store);
    }),
  );

  test(
    'a replacement by an old revision leaves token and former values as they were',
    withStore(async (store) => {
      const record = await rotated(store);
      const before = await allTokens(store);
      const write = writeOf({ kind: 'replace_token', token: { ...record, formers: [] }, ifRevision: 1 });
      assert.deepEqual(await store.commit(write), { kind: 'revision_mismatch' });
      assert.deepEqual(await allTokens(store), before);
      await assertWhole(store);
    }),
  );
}

function reads(withStore: WithStore): void {
  test(
    'tokens that await a first use, and those with values whose time is over, are found after a restart too',
    withStore(async (store, place) => {
      await created(store);
      const timed = await rotated(store);
      const record = await created(store);
      const awaiting = await replaced(
        store,
        successor(record, { endsAt: null, untilFirstUse: true }),
        record.revision,
      );
      await store.close();
      const again = await place.open();
      assert.deepEqual(await again.tokensAwaitingUse(), [awaiting]);
      assert.deepEqual(await again.tokensWithEndedValues(SOON - 1, 10), []);
      assert.deepEqual(await again.tokensWithEndedValues(SOON, 10), [timed]);
      assert.deepEqual(await again.tokensWithEndedValues(SOON, 0), []);
      assert.equal((await allTokens(again)).length, 3);
      await again.close();
    }),
  );

  test(
    'C38: a rotation with a key used before changes nothing, and the key can be asked for',
    withStore(async (store) => {
      const record = await created(store);
      const fingerprint = new Uint8Array(32).fill(7);
      const idempotency = { operatorId: 'opr_1', key: 'key', fingerprint } as const;
      assert.equal(await store.findRepeated(idempotency, NOW), undefined);
      const rotate = (token: NewToken, ifRevision: number) =>
        store.commit(writeOf({ kind: 'replace_token', token, ifRevision }, { idempotency }));
      assert.equal((await rotate(successor(record), 1)).kind, 'done');
      const after = await allTokens(store);
      const repeated = { kind: 'repeated', fingerprint, tokenId: record.id };
      assert.deepEqual(await rotate(successor(record), 1), repeated);
      assert.deepEqual(await store.findRepeated(idempotency, NOW), repeated);
      assert.deepEqual(await allTokens(store), after);
    }),
  );
}

export function formerContract(withStore: WithStore): void {
  changes(withStore);
  refusals(withStore);
  reads(withStore);
}

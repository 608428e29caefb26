import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '@hallpass/core/digest';
import { assertWhole } from './chains.ts';
import type { WithStore } from './contract.ts';
import { allTokens, create, created, NOW, sampleAudit, sampleToken, writeOf } from './samples.ts';

const DAY = 24 * 60 * 60 * 1000;

function writes(withStore: WithStore): void {
  test(
    'a created token is read back as it was given, with its revision as its place',
    withStore(async (store) => {
      const token = sampleToken({ expiresAt: 2 ** 48 - 2, write: true, name: 'Zoë 🗝', description: "it's" });
      assert.deepEqual(await create(store, token), { kind: 'done', revision: 1 });
      const record = {
        ...token,
        sealed: new Uint8Array(token.sealed ?? []),
        lastUsedAt: null,
        revision: 1,
        position: 1,
      };
      assert.deepEqual(await store.tokenByName('Zoë 🗝'), record);
      assert.deepEqual(await store.tokenById(token.id), record);
      assert.equal(await store.tokenByName('zoë 🗝'), undefined);
    }),
  );

  test(
    'C31: a token without an expiry keeps none through a replacement',
    withStore(async (store) => {
      const record = await created(store, { expiresAt: null, sealed: null });
      const token = { ...record, updatedAt: NOW + 5 };
      await store.commit(writeOf({ kind: 'replace_token', token, ifRevision: record.revision }));
      const after = await store.tokenById(record.id);
      assert.deepEqual(after, { ...record, updatedAt: NOW + 5, revision: 2 });
    }),
  );

  test(
    'a replacement changes its own row and no other',
    withStore(async (store) => {
      await created(store);
      const record = await created(store);
      await created(store);
      const before = await allTokens(store);
      const token = {
        ...record,
        name: 'renamed',
        active: false,
        write: true,
        expiresAt: NOW,
        description: 'why',
      };
      const outcome = await store.commit(writeOf({ kind: 'replace_token', token, ifRevision: 2 }));
      assert.deepEqual(outcome, { kind: 'done', revision: 4 });
      const expected = before.map((row) => (row.id === record.id ? { ...token, revision: 4 } : row));
      assert.deepEqual(await allTokens(store), expected);
    }),
  );

  test(
    'a removal takes out its own row and no other, and a token of the same name begins anew',
    withStore(async (store) => {
      await created(store);
      const record = await created(store);
      await created(store);
      const before = await allTokens(store);
      const mutation = { kind: 'delete_token', token: record, ifRevision: 2 } as const;
      assert.deepEqual(await store.commit(writeOf(mutation)), { kind: 'done', revision: 4 });
      assert.deepEqual(
        await allTokens(store),
        before.filter((row) => row.id !== record.id),
      );
      assert.deepEqual(await store.commit(writeOf(mutation)), { kind: 'revision_mismatch' });
      const again = await created(store, { name: record.name });
      assert.equal(again.position, 5);
      await assertWhole(store);
    }),
  );
}

function refusals(withStore: WithStore): void {
  test(
    'what a write refuses leaves every row as it was',
    withStore(async (store) => {
      const one = await created(store);
      const two = await created(store);
      const before = await allTokens(store);
      const foreign = digestOf('foreign');
      const refused = [
        [{ kind: 'insert_token', token: sampleToken({ name: one.name }) }, 'name_taken'],
        [{ kind: 'replace_token', token: { ...two, name: one.name }, ifRevision: 2 }, 'name_taken'],
        [{ kind: 'replace_token', token: { ...two, active: false }, ifRevision: 1 }, 'revision_mismatch'],
        [{ kind: 'replace_token', token: sampleToken(), ifRevision: 2 }, 'revision_mismatch'],
        [{ kind: 'delete_token', token: two, ifRevision: 1 }, 'revision_mismatch'],
        [{ kind: 'delete_token', token: { ...two, digest: foreign }, ifRevision: 2 }, 'revision_mismatch'],
        [{ kind: 'delete_token', token: { ...two, id: one.id }, ifRevision: 2 }, 'revision_mismatch'],
      ] as const;
      for (const [mutation, kind] of refused)
        assert.deepEqual(await store.commit(writeOf(mutation)), { kind });
      assert.deepEqual(await allTokens(store), before);
      assert.equal((await store.listChanges(0, 10)).length, 2);
      const outcomes = (await store.listAudit(null, refused.length)).map(({ outcome }) => outcome).reverse();
      assert.deepEqual(
        outcomes,
        refused.map(([, kind]) => kind),
      );
      await assertWhole(store);
    }),
  );

  test(
    'what cannot be stored as it is is refused and stores nothing',
    withStore(async (store) => {
      const one = await created(store);
      const bad = [
        { expiresAt: Number.NaN },
        { expiresAt: 1.5 },
        { expiresAt: -1 },
        { expiresAt: 2 ** 48 - 1 },
        { name: 'cut\0short' },
        { name: 'half \ud83d' },
        { digest: one.digest },
        { id: one.id },
      ];
      for (const fields of bad) {
        await assert.rejects(create(store, sampleToken(fields)), {
          name: 'StoreError',
          fault: 'unavailable',
        });
      }
      await assert.rejects(
        store.commit(writeOf({ kind: 'none' }, { audit: sampleAudit({ detail: { big: 1n } }) })),
      );
      assert.equal((await allTokens(store)).length, 1);
      await assertWhole(store);
    }),
  );
}

function repeats(withStore: WithStore): void {
  const fingerprint = new Uint8Array(32).fill(7);
  const idempotency = { operatorId: 'opr_1', key: 'key', fingerprint } as const;

  test(
    'C38: a create with a key used before makes nothing and names the first token',
    withStore(async (store) => {
      const token = sampleToken();
      const write = writeOf({ kind: 'insert_token', token }, { idempotency });
      const repeated = { kind: 'repeated', fingerprint, tokenId: token.id };
      assert.deepEqual(await Promise.all([store.commit(write), store.commit(write)]), [
        { kind: 'done', revision: 1 },
        repeated,
      ]);
      const other = writeOf({ kind: 'insert_token', token: sampleToken() }, { idempotency });
      assert.deepEqual(await store.commit(other), repeated);
      assert.equal((await allTokens(store)).length, 1);
      assert.equal((await store.listAudit(null, 10)).length, 1);
    }),
  );

  test(
    'a key is free again after 24 hours, free to another operator, and not used up by a refusal',
    withStore(async (store) => {
      const taken = await created(store);
      const at = (time: number, name?: string) =>
        writeOf(
          { kind: 'insert_token', token: sampleToken(name === undefined ? {} : { name }) },
          { idempotency, audit: sampleAudit({ at: time }) },
        );
      assert.equal((await store.commit(at(NOW, taken.name))).kind, 'name_taken');
      assert.equal((await store.commit(at(NOW))).kind, 'done');
      assert.equal((await store.commit(at(NOW + DAY - 1))).kind, 'repeated');
      const another = { ...at(NOW), idempotency: { ...idempotency, operatorId: 'opr_2' as const } };
      assert.equal((await store.commit(another)).kind, 'done');
      assert.equal((await store.commit(at(NOW + DAY))).kind, 'done');
      assert.equal((await store.commit(at(NOW + DAY + 1))).kind, 'repeated');
    }),
  );
}

export function tokenContract(withStore: WithStore): void {
  writes(withStore);
  refusals(withStore);
  repeats(withStore);
}

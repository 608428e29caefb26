import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JournalEntry } from 'hallpass/store/store';
import { assertWhole } from './chains.ts';
import type { WithStore } from './contract.ts';
import { allTokens, create, created, EVERYTHING, loaded, sampleToken, writeOf } from './samples.ts';

export function groupContract(withStore: WithStore): void {
  test(
    'of 500 creates at the same time exactly one a name wins, and the chains are whole',
    withStore(async (store) => {
      const tokens = Array.from({ length: 500 }, (_, i) => sampleToken({ name: `shared ${i % 50}` }));
      const outcomes = await Promise.all(tokens.map((token) => create(store, token)));
      const winners = tokens.filter((_, i) => outcomes[i]?.kind === 'done');
      assert.equal(winners.length, 50);
      assert.ok(outcomes.every(({ kind }) => kind === 'done' || kind === 'name_taken'));
      assert.deepEqual(
        (await allTokens(store)).map(({ id }) => id),
        winners.map(({ id }) => id),
      );
      assert.equal((await store.listAudit(null, EVERYTHING)).length, 500);
      await assertWhole(store);
    }),
  );

  test(
    'creates, changes and removals that interleave leave journal and audit trail whole',
    withStore(async (store) => {
      const work = async () => {
        for (let i = 0; i < 5; i++) {
          const record = await created(store);
          const token = { ...record, active: false };
          await store.commit(writeOf({ kind: 'replace_token', token, ifRevision: record.revision }));
          const now = (await store.tokenById(record.id))?.revision ?? 0;
          if (i % 2 === 0) await store.commit(writeOf({ kind: 'delete_token', token, ifRevision: now }));
        }
      };
      await Promise.all(Array.from({ length: 20 }, work));
      assert.equal((await allTokens(store)).length, 40);
      await assertWhole(store);
    }),
  );

  test(
    'of changes to one row by the same revision the first alone is made',
    withStore(async (store) => {
      const record = await created(store);
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, (_, i) => {
          const token = { ...record, description: `change ${i}` };
          return store.commit(writeOf({ kind: 'replace_token', token, ifRevision: 1 }));
        }),
      );
      assert.deepEqual(outcomes[0], { kind: 'done', revision: 2 });
      assert.ok(outcomes.slice(1).every(({ kind }) => kind === 'revision_mismatch'));
      assert.equal((await store.tokenById(record.id))?.description, 'change 0');
    }),
  );

  test(
    'a write that cannot be made fails alone, whatever it is committed with',
    withStore(async (store) => {
      const bad = sampleToken({ expiresAt: -1 });
      const tokens = [sampleToken(), bad, sampleToken(), bad, sampleToken()];
      const settled = await Promise.allSettled(tokens.map((token) => create(store, token)));
      assert.deepEqual(
        settled.map(({ status }) => status),
        tokens.map((token) => (token === bad ? 'rejected' : 'fulfilled')),
      );
      assert.equal((await allTokens(store)).length, 3);
      await assertWhole(store);
    }),
  );

  test(
    'followers hear of each change once, in the order of revisions, before its commit resolves',
    withStore(async (store) => {
      const heard: JournalEntry[] = [];
      store.follow((entries) => heard.push(...entries));
      const tokens = Array.from({ length: 100 }, () => sampleToken());
      await Promise.all(
        tokens.map(async (token) => {
          const outcome = await create(store, token);
          assert.ok(outcome.kind === 'done' && outcome.revision !== null);
          assert.equal(heard[outcome.revision - 1]?.revision, outcome.revision);
        }),
      );
      assert.deepEqual(heard, await store.listChanges(0, EVERYTHING));
    }),
  );

  test(
    'closing finishes what was handed in; after it every call is refused, and reopening finds everything',
    withStore(async (store, place) => {
      const token = sampleToken();
      const commits = Promise.all(Array.from({ length: 300 }, () => create(store, sampleToken())));
      const last = create(store, token);
      await store.close();
      assert.equal((await commits).length, 300);
      assert.equal((await last).kind, 'done');
      const closed = { name: 'StoreError', fault: 'unavailable' };
      for (const call of [
        () => create(store, sampleToken()),
        () => store.readMeta('key'),
        () => store.writeMeta('key', 'value'),
        () => store.tokenByName('name'),
        () => store.tokenById(token.id),
        () => allTokens(store),
        () => store.operatorByName('name'),
        () => store.listOperators(),
        () => store.listAudit(null, 1),
        () => store.listChanges(0, 1),
        () => store.noteUses([{ id: token.id, lastUsedAt: 1 }]),
        () => loaded(store),
        () => store.close(),
      ]) {
        await assert.rejects(call, closed);
      }
      const reopened = await place.open();
      try {
        assert.equal((await allTokens(reopened)).length, 301);
        assert.deepEqual((await reopened.tokenById(token.id))?.digest, token.digest);
        await assertWhole(reopened);
        assert.equal((await create(reopened, sampleToken())).kind, 'done');
      } finally {
        await reopened.close();
      }
    }),
  );
}

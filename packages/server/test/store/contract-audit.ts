import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertWhole } from './chains.ts';
import type { WithStore } from './contract.ts';
import { created, createdOperator, EVERYTHING, sampleAudit, writeOf } from './samples.ts';

export function auditContract(withStore: WithStore): void {
  test(
    'an entry without a change is kept whole and moves no revision',
    withStore(async (store) => {
      const audit = sampleAudit({
        actorId: null,
        targetName: null,
        address: null,
        requestId: null,
        outcome: 'insufficient_scope',
      });
      assert.deepEqual(await store.commit(writeOf({ kind: 'none' }, { audit })), {
        kind: 'done',
        revision: null,
      });
      const [entry] = await store.listAudit(null, 10);
      const { sequence, hash, ...draft } = entry ?? assert.fail('There is no entry.');
      assert.deepEqual(draft, audit);
      assert.equal(sequence, 1);
      assert.equal(hash.length, 32);
      assert.deepEqual(await store.listChanges(0, 10), []);
    }),
  );

  test(
    'the trail is read from its newest entry backwards, page by page',
    withStore(async (store) => {
      for (let i = 0; i < 5; i++) await store.commit(writeOf({ kind: 'none' }));
      const sequences = async (before: number | null, limit: number) =>
        (await store.listAudit(before, limit)).map(({ sequence }) => sequence);
      assert.deepEqual(await sequences(null, 2), [5, 4]);
      assert.deepEqual(await sequences(4, 2), [3, 2]);
      assert.deepEqual(await sequences(1, 2), []);
    }),
  );

  test(
    'the journal holds the full new state of every kind of change, behind any revision',
    withStore(async (store) => {
      const token = await created(store, { name: 'kept in full', expiresAt: 1 });
      const operator = await createdOperator(store);
      await store.commit(writeOf({ kind: 'delete_token', token, ifRevision: 1 }));
      await store.commit(writeOf({ kind: 'delete_operator', operator, ifRevision: 2, otherOwner: false }));
      const changes = (await store.listChanges(0, EVERYTHING)).map(({ at, chain, ...change }) => change);
      const { id, name, digest, expiresAt, active, write } = token;
      const { revision, position, ...state } = operator;
      assert.deepEqual(changes, [
        { revision: 1, kind: 'token', token: { id, name, digest, expiresAt, active, write } },
        { revision: 2, kind: 'operator', operator: state },
        { revision: 3, kind: 'token_removed', token: { id, digest } },
        { revision: 4, kind: 'operator_removed', operator: { id: operator.id, digest: operator.digest } },
      ]);
      assert.deepEqual(
        (await store.listChanges(1, 2)).map((entry) => entry.revision),
        [2, 3],
      );
      await assertWhole(store);
    }),
  );
}

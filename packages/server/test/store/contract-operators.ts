import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '@hallpass/core/digest';
import type { OperatorRecord, Role } from '@hallpass/core/record';
import type { Mutation, NewOperator } from 'hallpass/store/store';
import { assertWhole } from './chains.ts';
import type { WithStore } from './contract.ts';
import {
  allTokens,
  createdOperator,
  NOW,
  sampleAudit,
  sampleOperator,
  sampleToken,
  writeOf,
} from './samples.ts';

function removal(operator: OperatorRecord): Mutation {
  return { kind: 'delete_operator', operator, ifRevision: operator.revision, otherOwner: true };
}

function replacement(operator: OperatorRecord, fields: Partial<NewOperator>): Mutation {
  const changed = { ...operator, ...fields };
  return { kind: 'replace_operator', operator: changed, ifRevision: operator.revision, otherOwner: false };
}

export function operatorContract(withStore: WithStore): void {
  test(
    'operators are read back as they were given, in the order of their creation',
    withStore(async (store) => {
      const first = sampleOperator({ role: 'auditor', expiresAt: NOW, active: false, description: 'reads' });
      const second = sampleOperator();
      for (const operator of [first, second])
        await store.commit(writeOf({ kind: 'insert_operator', operator }));
      const one = { ...first, revision: 1, position: 1 };
      assert.deepEqual(await store.listOperators(), [one, { ...second, revision: 2, position: 2 }]);
      assert.deepEqual(await store.operatorByName(first.name), one);
      assert.equal(await store.operatorByName('nobody'), undefined);
    }),
  );

  test(
    'an operator can be given a new key, and only its own row changes',
    withStore(async (store) => {
      const other = await createdOperator(store);
      const record = await createdOperator(store);
      const operator = { ...record, digest: digestOf('new key'), name: 'new name' };
      const outcome = await store.commit(
        writeOf({ kind: 'replace_operator', operator, ifRevision: 2, otherOwner: false }),
      );
      assert.deepEqual(outcome, { kind: 'done', revision: 3 });
      assert.deepEqual(await store.listOperators(), [other, { ...operator, revision: 3 }]);
      await assertWhole(store);
    }),
  );

  test(
    'whoever has lost the key, or every role that may, when a write comes to the store gets nothing done, on record',
    withStore(async (store) => {
      const owner = await createdOperator(store);
      const askedBy = ({ id, digest }: OperatorRecord, ...roles: Role[]) =>
        writeOf({ kind: 'insert_token', token: sampleToken() }, { by: { id, digest, roles } });
      const outcomes = await Promise.all([
        store.commit(askedBy(owner, 'manager', 'owner')),
        store.commit(askedBy(owner, 'manager')),
        store.commit(askedBy({ ...owner, digest: digestOf('another key') }, 'owner')),
      ]);
      const kinds = ['done', 'insufficient_scope', 'invalid_token'];
      assert.deepEqual(
        outcomes.map(({ kind }) => kind),
        kinds,
      );
      const trail = await store.listAudit(null, 3);
      assert.deepEqual(
        trail.map(({ outcome }) => outcome),
        kinds.toReversed(),
      );
      assert.equal((await allTokens(store)).length, 1);
      await assertWhole(store);
    }),
  );

  for (const [what, mutationOf, kind] of [
    ['removed', removal, 'invalid_token'],
    [
      'made inactive',
      (operator: OperatorRecord) => replacement(operator, { active: false }),
      'invalid_token',
    ],
    [
      'given an end that is past',
      (operator: OperatorRecord) => replacement(operator, { expiresAt: NOW }),
      'invalid_token',
    ],
    [
      'given a new key',
      (operator: OperatorRecord) => replacement(operator, { digest: digestOf('new') }),
      'invalid_token',
    ],
    [
      'given a lesser role',
      (operator: OperatorRecord) => replacement(operator, { role: 'auditor' }),
      'insufficient_scope',
    ],
  ] as const)
    test(
      `an operator who is ${what} in the same group has done what came before, and does nothing after`,
      withStore(async (store) => {
        await createdOperator(store);
        const operator = await createdOperator(store);
        const by = { id: operator.id, digest: operator.digest, roles: ['owner'] } as const;
        const look = () => writeOf({ kind: 'none' }, { by });
        const change = writeOf(mutationOf(operator), { by });
        const outcomes = await Promise.all([look(), change, look()].map((write) => store.commit(write)));
        assert.deepEqual(
          outcomes.map((outcome) => outcome.kind),
          ['done', 'done', kind],
        );
      }),
    );

  test(
    'an operator that has ended by the commit writes no more, though it ordered the write before',
    withStore(async (store) => {
      await createdOperator(store);
      const operator = await createdOperator(store, { expiresAt: NOW });
      const by = { id: operator.id, digest: operator.digest, roles: ['owner'] } as const;
      const token = sampleToken();
      const audit = sampleAudit({ at: NOW - 1 });
      const order = writeOf({ kind: 'insert_token', token }, { by, audit });
      assert.deepEqual(await store.commit(order), { kind: 'invalid_token' });
      assert.equal(await store.tokenByName(token.name), undefined);
    }),
  );

  test(
    'an operator is refused a taken name and a change or removal by an old revision',
    withStore(async (store) => {
      const one = await createdOperator(store);
      const two = await createdOperator(store);
      const before = await store.listOperators();
      const replace = { kind: 'replace_operator', operator: { ...two, name: one.name } } as const;
      const refused = [
        [{ kind: 'insert_operator', operator: sampleOperator({ name: one.name }) }, 'name_taken'],
        [{ ...replace, ifRevision: 2, otherOwner: true }, 'name_taken'],
        [{ ...replace, ifRevision: 1, otherOwner: true }, 'revision_mismatch'],
        [removal({ ...two, revision: 1 }), 'revision_mismatch'],
        [removal({ ...two, digest: one.digest }), 'revision_mismatch'],
      ] as const;
      for (const [mutation, kind] of refused)
        assert.deepEqual(await store.commit(writeOf(mutation)), { kind });
      assert.deepEqual(await store.listOperators(), before);
    }),
  );

  test(
    'the last owner who is active and has no end stays, whoever else there is',
    withStore(async (store) => {
      const owner = await createdOperator(store);
      await createdOperator(store, { role: 'manager' });
      await createdOperator(store, { active: false });
      await createdOperator(store, { expiresAt: NOW + 1 });
      const demoted = { ...owner, role: 'manager' } as const;
      const demotion: Mutation = {
        kind: 'replace_operator',
        operator: demoted,
        ifRevision: 1,
        otherOwner: true,
      };
      assert.deepEqual(await store.commit(writeOf(removal(owner))), { kind: 'last_owner' });
      assert.deepEqual(await store.commit(writeOf(demotion)), { kind: 'last_owner' });
      await createdOperator(store);
      assert.equal((await store.commit(writeOf(demotion))).kind, 'done');
      await assertWhole(store);
    }),
  );

  test(
    'where no owner without an end is left, each of several may go but the last',
    withStore(async (store) => {
      const one = await createdOperator(store, { expiresAt: NOW + 1 });
      const two = await createdOperator(store, { expiresAt: NOW + 1 });
      await createdOperator(store, { active: false });
      const later = { ...one, expiresAt: NOW + 2 };
      const commit = (mutation: Mutation) => store.commit(writeOf(mutation));
      assert.equal(
        (await commit({ kind: 'replace_operator', operator: later, ifRevision: 1, otherOwner: true })).kind,
        'done',
      );
      assert.equal((await commit(removal(two))).kind, 'done');
      const last = (await store.operatorByName(one.name)) ?? assert.fail();
      assert.deepEqual(await commit(removal(last)), { kind: 'last_owner' });
    }),
  );

  test(
    'two owners who remove each other at the same time: one stays',
    withStore(async (store) => {
      const one = await createdOperator(store);
      const two = await createdOperator(store);
      const outcomes = await Promise.all([one, two].map((owner) => store.commit(writeOf(removal(owner)))));
      assert.deepEqual(
        outcomes.map(({ kind }) => kind),
        ['done', 'last_owner'],
      );
      assert.deepEqual(await store.listOperators(), [two]);
    }),
  );
}

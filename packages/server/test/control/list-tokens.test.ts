import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allTokens } from 'hallpass/control/list-tokens';
import { CALLER, withStand } from '../rotation/stand.ts';
import { create, NOW, sampleToken } from '../store/samples.ts';

test(
  'whoever loses the right to list while the list is read gets no more of it',
  withStand(async ({ store, control }) => {
    await Promise.all(Array.from({ length: 501 }, () => create(store, sampleToken())));
    let caller = CALLER;
    const pages = allTokens(control, () => caller, {});
    assert.equal((await pages.next()).value?.length, 500);
    caller = { ...CALLER, operator: { ...CALLER.operator, role: 'verifier' } };
    await assert.rejects(pages.next(), /may not do this/);
    const [attempt] = await store.listAudit(null, 1);
    assert.deepEqual([attempt?.outcome, attempt?.at], ['insufficient_scope', NOW]);
  }),
);

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf, spreadOf } from '@hallpass/core/digest';
import { changeToken } from 'hallpass/control/change-token';
import { revokeByValue } from 'hallpass/control/revoke-by-value';
import { assertWhole } from '../store/chains.ts';
import { CALLER, NOW, type Stand, withStand } from './stand.ts';

const HOUR = 3_600_000;
const FIRST = { untilFirstUse: true } as const;

async function formersOf(stand: Stand): Promise<number | undefined> {
  return (await stand.store.tokenByName('ci'))?.formers.length;
}

test(
  'C37: the old value works until the new one is let in, and is refused by the very next check',
  withStand(async (stand) => {
    const old = await stand.create('ci');
    const value = await stand.rotate('ci', FIRST);
    assert.deepEqual([stand.use(old), stand.use(old)], [true, true]);
    stand.now = NOW + 100 * HOUR;
    assert.deepEqual([stand.use(old), stand.use(value), stand.use(old)], [true, true, false]);
    await stand.retirement.sweep();
    assert.equal(await formersOf(stand), 0);
    const [entry] = await stand.store.listAudit(null, 1);
    assert.deepEqual(
      [entry?.actor, entry?.action, entry?.detail],
      ['system', 'token.retire', { reason: 'first_use', former_values: [1, 0] }],
    );
    await stand.restart();
    assert.deepEqual([stand.use(old), stand.use(value)], [false, true]);
    await assertWhole(stand.store);
  }),
);

test(
  'C37: with an overlap too, the old value ends by whichever is first, and never past its own expiry',
  withStand(async (stand) => {
    const old = await stand.create('ci');
    const value = await stand.rotate('ci', { ...FIRST, overlap: HOUR });
    stand.now = NOW + HOUR - 1;
    assert.equal(stand.use(old), true);
    stand.now = NOW + HOUR;
    assert.equal(stand.use(old), false);
    assert.equal(stand.use(value), true);
    await stand.create('cd', NOW + 2 * HOUR);
    const ending = await stand.rotate('cd', { ...FIRST, expiresAt: null });
    const used = await stand.rotate('cd', { ...FIRST, overlap: HOUR });
    assert.deepEqual([stand.use(ending), stand.use(used), stand.use(ending)], [true, true, false]);
  }),
);

test(
  'that the first use is awaited outlives a restart',
  withStand(async (stand) => {
    const old = await stand.create('ci');
    const value = await stand.rotate('ci', FIRST);
    await stand.restart();
    assert.deepEqual([stand.use(old), stand.use(value), stand.use(old)], [true, true, false]);
  }),
);

test(
  'of several rotations, the use of a value ends those before it and none behind it',
  withStand(async (stand) => {
    const a = await stand.create('ci');
    const b = await stand.rotate('ci', FIRST);
    const c = await stand.rotate('ci', FIRST);
    const d = await stand.rotate('ci', { overlap: HOUR });
    assert.deepEqual(
      [a, b, c, d].map((value) => stand.knows(value)),
      [true, true, true, true],
    );
    assert.equal(stand.use(b), true);
    assert.deepEqual(
      [a, b, c, d].map((value) => stand.knows(value)),
      [false, true, true, true],
    );
    await stand.restart();
    assert.equal(stand.use(c), true);
    assert.deepEqual(
      [a, b, c, d].map((value) => stand.knows(value)),
      [false, false, true, true],
    );
    assert.equal(stand.use(d), true);
    assert.deepEqual(
      [a, b, c, d].map((value) => stand.knows(value)),
      [false, false, true, true],
    );
    assert.equal(stand.live.firstUses.awaiting, 0);
    await stand.retirement.sweep();
    assert.equal(await formersOf(stand), 1);
    await assertWhole(stand.store);
  }),
);

test(
  'the use of an old value with a time of its own ends no younger one that awaits a first use',
  withStand(async (stand) => {
    const a = await stand.create('ci');
    const b = await stand.rotate('ci', { overlap: HOUR });
    await stand.restart();
    await stand.rotate('ci', FIRST);
    assert.deepEqual([stand.use(a), stand.use(b), stand.use(a)], [true, true, true]);
  }),
);

test(
  'a use that a replica reports ends the old value as a use here does',
  withStand(async (stand) => {
    const old = await stand.create('ci');
    const value = await stand.rotate('ci', FIRST);
    const { id } = (await stand.store.tokenByName('ci')) ?? assert.fail();
    stand.live.used(id, spreadOf(digestOf(old)));
    assert.equal(stand.use(old), true);
    stand.live.used(id, spreadOf(digestOf(value)));
    assert.equal(stand.use(old), false);
    await stand.retirement.sweep();
    assert.equal(await formersOf(stand), 0);
  }),
);

test(
  'a change of the token that is under way when the new value is used does not bring the old one back',
  withStand(async (stand) => {
    const old = await stand.create('ci');
    const value = await stand.rotate('ci', FIRST);
    const change = changeToken(stand.control, CALLER, 'token.change', 'ci', { description: 'meanwhile' });
    assert.equal(stand.use(value), true);
    await change;
    assert.equal(stand.use(old), false);
    await stand.retirement.sweep();
    assert.equal(stand.use(old), false);
    assert.equal(await formersOf(stand), 0);
  }),
);

test(
  'a refused request is no first use',
  withStand(async (stand) => {
    const old = await stand.create('ci');
    const value = await stand.rotate('ci', FIRST);
    await changeToken(stand.control, CALLER, 'token.change', 'ci', { write: false });
    assert.equal(stand.live.check({ presented: value, access: 'write' }, 'gate').allow, false);
    assert.equal(stand.use(old), true);
  }),
);

test(
  'a process that dies between a first use and its commit knows it again with the next use',
  withStand(async (stand) => {
    const old = await stand.create('ci');
    const value = await stand.rotate('ci', FIRST);
    stand.live.followFirstUses(() => {});
    assert.deepEqual([stand.use(value), stand.use(old)], [true, false]);
    await stand.restart('crash');
    assert.deepEqual([stand.use(old), stand.use(value), stand.use(old)], [true, true, false]);
  }),
);

test(
  'revoked by a former value, that value ends alone; by the present one, all of them',
  withStand(async (stand) => {
    const from = { address: null, requestId: 'r' };
    const a = await stand.create('ci');
    const b = await stand.rotate('ci', { overlap: HOUR });
    const c = await stand.rotate('ci', { overlap: HOUR });
    assert.equal(await revokeByValue(stand.control, stand.live.tokens, a, from), true);
    assert.deepEqual(
      [a, b, c].map((value) => stand.use(value)),
      [false, true, true],
    );
    assert.equal(await revokeByValue(stand.control, stand.live.tokens, a, from), false);
    assert.equal(await revokeByValue(stand.control, stand.live.tokens, c, from), true);
    assert.deepEqual(
      [a, b, c].map((value) => stand.use(value)),
      [false, false, false],
    );
    assert.equal((await stand.store.tokenByName('ci'))?.active, false);
    await assertWhole(stand.store);
  }),
);

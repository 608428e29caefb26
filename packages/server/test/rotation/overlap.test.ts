import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeToken } from 'hallpass/control/change-token';
import { deleteToken } from 'hallpass/control/delete-token';
import { MOST_FORMERS } from 'hallpass/control/rotate-token';
import { assertWhole } from '../store/chains.ts';
import { CALLER, NOW, type Stand, withStand } from './stand.ts';

const HOUR = 3_600_000;

function openings(stand: Stand, values: readonly string[]): boolean[] {
  return values.map((value) => stand.use(value));
}

test(
  'C37: rotated with an overlap both values are good, and the old one is refused at the millisecond it ends',
  withStand(async (stand) => {
    const old = await stand.create('ci');
    const value = await stand.rotate('ci', { overlap: HOUR });
    assert.notEqual(value, old);
    for (const [now, good] of [
      [NOW, true],
      [NOW + HOUR - 1, true],
      [NOW + HOUR, false],
    ] as const) {
      stand.now = now;
      assert.deepEqual(openings(stand, [old, value]), [good, true]);
    }
    await assertWhole(stand.store);
  }),
);

test(
  'C37: the old value never works past its own expiry, however long the overlap and the new expiry are',
  withStand(async (stand) => {
    const old = await stand.create('ci', NOW + 10);
    const value = await stand.rotate('ci', { overlap: HOUR, expiresAt: null });
    stand.now = NOW + 9;
    assert.deepEqual(openings(stand, [old, value]), [true, true]);
    stand.now = NOW + 10;
    assert.deepEqual(openings(stand, [old, value]), [false, true]);
  }),
);

test(
  'C37: an old value ends with its token when the new expiry is the earlier one',
  withStand(async (stand) => {
    const old = await stand.create('ci');
    const value = await stand.rotate('ci', { overlap: HOUR, expiresAt: NOW + 10 });
    stand.now = NOW + 10;
    assert.deepEqual(openings(stand, [old, value]), [false, false]);
  }),
);

test(
  'C37: without an overlap every older value is refused by the time the new one is told',
  withStand(async (stand) => {
    const first = await stand.create('ci');
    const second = await stand.rotate('ci', { overlap: HOUR });
    const third = await stand.rotate('ci');
    assert.deepEqual(openings(stand, [first, second, third]), [false, false, true]);
    assert.deepEqual((await stand.store.tokenByName('ci'))?.formers, []);
    await stand.restart();
    assert.deepEqual(openings(stand, [first, second, third]), [false, false, true]);
    await assertWhole(stand.store);
  }),
);

test(
  'C37: an overlap is kept to the millisecond across a restart',
  withStand(async (stand) => {
    const old = await stand.create('ci');
    const value = await stand.rotate('ci', { overlap: HOUR });
    await stand.restart();
    stand.now = NOW + HOUR - 1;
    assert.deepEqual(openings(stand, [old, value]), [true, true]);
    stand.now = NOW + HOUR;
    assert.deepEqual(openings(stand, [old, value]), [false, true]);
  }),
);

test(
  'a disabled token is refused by all its values, an enabled one let in, and a removed one gone with all of them',
  withStand(async (stand) => {
    const old = await stand.create('ci');
    const value = await stand.rotate('ci', { overlap: HOUR });
    for (const active of [false, true]) {
      await changeToken(stand.control, CALLER, 'token.change', 'ci', { active });
      assert.deepEqual(openings(stand, [old, value]), [active, active]);
    }
    await changeToken(stand.control, CALLER, 'token.change', 'ci', { write: false, newName: 'cd' });
    const verdict = stand.live.check({ presented: old, access: 'write' }, 'forward_auth');
    assert.deepEqual(verdict, { allow: false, reason: 'read_only' });
    const read = stand.live.check({ presented: old, access: 'read' }, 'forward_auth');
    assert.ok(read.allow);
    assert.deepEqual([read.principal.name, read.principal.expiresAt], ['cd', NOW + HOUR]);
    await deleteToken(stand.control, CALLER, 'cd');
    assert.deepEqual(openings(stand, [old, value]), [false, false]);
    assert.equal(stand.live.tokens.size, 0);
    await assertWhole(stand.store);
  }),
);

test(
  'many rotations within their overlaps keep so many values, and one more is refused until one has ended',
  withStand(async (stand) => {
    const values = [await stand.create('ci')];
    for (let i = 0; i < MOST_FORMERS; i++)
      values.push(await stand.rotate('ci', { overlap: i === 0 ? 1 : HOUR }));
    assert.ok(openings(stand, values).every(Boolean));
    const before = await stand.store.tokenByName('ci');
    await assert.rejects(stand.rotate('ci', { overlap: HOUR }), { code: 'too_many_values' });
    assert.deepEqual(await stand.store.tokenByName('ci'), before);
    stand.now = NOW + 1;
    values.push(await stand.rotate('ci', { overlap: HOUR }));
    assert.deepEqual(
      openings(stand, values),
      values.map((_, i) => i > 0),
    );
  }),
);

test(
  'values whose time is over are taken from the store a day later, on record, and nothing else is touched',
  withStand(async (stand) => {
    await stand.create('other');
    await stand.create('ci', NOW + 1_000 * HOUR);
    await stand.rotate('ci', { overlap: HOUR });
    const before = await stand.store.listTokens({ now: NOW }, 0, 10);
    stand.now = NOW + 25 * HOUR - 1;
    await stand.retirement.sweep();
    assert.deepEqual(await stand.store.listTokens({ now: NOW }, 0, 10), before);
    stand.now++;
    await stand.retirement.sweep();
    const [other, token] = before;
    assert.ok(token);
    assert.deepEqual(await stand.store.listTokens({ now: NOW }, 0, 10), [
      other,
      { ...token, formers: [], revision: token.revision + 2 },
    ]);
    assert.equal(stand.live.tokens.size, 2);
    const [entry] = await stand.store.listAudit(null, 1);
    assert.deepEqual(
      [entry?.actor, entry?.action, entry?.targetName, entry?.detail],
      ['system', 'token.retire', 'ci', { reason: 'ended', former_values: [1, 0] }],
    );
    await assertWhole(stand.store);
  }),
);

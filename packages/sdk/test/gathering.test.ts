import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TokenId } from '@hallpass/core/id';
import { packId } from '@hallpass/core/packed-id';
import type { Principal } from '@hallpass/core/principal';
import { DENY } from '@hallpass/core/verdict';
import { Usage } from '@hallpass/sdk/usage';

function principal(n: number, spread: number): Principal {
  const id = `tok_${String(n).padStart(26, '0')}` as TokenId;
  return {
    id,
    name: '',
    encodedName: '',
    write: true,
    expiresAt: null,
    spread,
    equals: () => false,
    writeId: (into, at) => packId(id, into, at),
  };
}

function allow(n: number, spread: number = 0) {
  return { allow: true, principal: principal(n, spread) } as const;
}

test('many uses of many tokens come out whole, some in each batch, each once', () => {
  const usage = new Usage();
  for (let i = 0; i < 20_000; i++) usage.note(allow(i % 1_200), i);
  const batches: number[] = [];
  let sum = 0;
  for (let batch = usage.take(500); batch; batch = usage.take(500)) {
    batches.push(batch.uses.length);
    for (const { count } of batch.uses) sum += count;
  }
  assert.deepEqual(batches, [500, 500, 200]);
  assert.equal(sum, 20_000);
});

test('uses of two values of one token are told apart', () => {
  const usage = new Usage();
  for (const value of [7, -1, 7]) usage.note(allow(1, value), 5);
  const uses = usage.take(500)?.uses.map(({ value, count }) => ({ value, count }));
  assert.deepEqual(
    uses?.toSorted((a, b) => a.value - b.value),
    [
      { value: 7, count: 2 },
      { value: 2 ** 32 - 1, count: 1 },
    ],
  );
});

test('it holds no more than so many tokens, however long nobody takes them', () => {
  const usage = new Usage();
  for (let i = 0; i < 80_000; i++) usage.note(allow(i), i);
  assert.equal(usage.take(Number.POSITIVE_INFINITY)?.uses.length, 65_536);
});

test('the last use is the latest, also when a clock was turned back in between', () => {
  const usage = new Usage();
  for (const time of [5, 9, 7]) usage.note(allow(1), time);
  assert.equal(usage.take(1)?.uses[0]?.last_used_at, 9);
});

test('refusals alone are something to report', () => {
  const usage = new Usage();
  usage.note(DENY.expired, 1);
  assert.deepEqual(usage.take(500), { uses: [], refusals: { expired: 1 } });
  assert.equal(usage.take(500), undefined);
});

test('what was noted is counted at leisure, and whatever is noted before that counts as well', () => {
  const leisure: (() => void)[] = [];
  const usage = new Usage((act) => leisure.push(act));
  const note = (times: number) => {
    for (let i = 0; i < times; i++) usage.note(allow(i % 7), i);
  };
  note(5_000);
  assert.equal(leisure.length, 1);
  note(20_000);
  for (const act of leisure) act();
  note(3);
  const counts = usage.take(500)?.uses.map(({ count }) => count) ?? [];
  assert.equal(counts.length, 7);
  assert.equal(
    counts.reduce((sum, count) => sum + count),
    25_003,
  );
});

test('what has left does not leave again, and what is used again later is counted anew', () => {
  const usage = new Usage();
  for (const round of [1, 2, 3]) {
    for (let i = 0; i < 3_000; i++) usage.note(allow(i), round);
    const uses = usage.take(Number.POSITIVE_INFINITY)?.uses ?? [];
    assert.equal(uses.length, 3_000);
    assert.ok(uses.every(({ count, last_used_at }) => count === 1 && last_used_at === round));
    assert.equal(usage.take(500), undefined);
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KEY, ROW, TERMS_HIGH } from '@hallpass/core/row';
import { Segment } from '@hallpass/core/segment';
import fc from 'fast-check';

function wordsOf(key: number, tail: number): Int32Array {
  return Int32Array.of(0, key, 0, 0, tail);
}

function takenRows(segment: Segment): number[] {
  const taken: number[] = [];
  for (let at = 0; at < segment.rows.length; at += ROW) {
    if (segment.rows[at + TERMS_HIGH] !== 0) taken.push(at);
  }
  return taken;
}

/** Rows stand in the order of their keys, and empty rows hold nothing. */
function expectOrder(segment: Segment): void {
  const taken = takenRows(segment);
  assert.equal(taken.length, segment.count);
  const keys = taken.map((at) => (segment.rows[at + KEY] as number) >>> 0);
  assert.deepEqual(
    keys,
    keys.toSorted((a, b) => a - b),
  );
  for (let at = 0; at < segment.rows.length; at += ROW) {
    if (segment.rows[at + TERMS_HIGH] === 0) {
      assert.ok(segment.rows.subarray(at, at + ROW).every((word) => word === 0));
    }
  }
}

const keys = fc.oneof(fc.constantFrom(0, 1, 0x7fffffff, -0x80000000, -2, -1), fc.integer());

test('rows stay in the order of their keys, and each is found, through any insertions and removals', () => {
  const step = fc.record({ remove: fc.boolean(), key: keys, tail: fc.nat(3) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
      const segment = new Segment();
      const held = new Map<string, Int32Array>();
      for (const { remove, key, tail } of steps) {
        const words = wordsOf(key, tail);
        const at = segment.find(words);
        assert.equal(at !== -1, held.delete(words.join()));
        if (at !== -1) segment.remove(at);
        if (!remove) {
          const row = segment.insert(words);
          assert.ok(segment.rows.subarray(row + TERMS_HIGH + 1, row + ROW).every((word) => word === 0));
          segment.rows[row + ROW - 1] = -1;
          held.set(words.join(), words);
        }
      }
      expectOrder(segment);
      for (const words of held.values()) assert.notEqual(segment.find(words), -1);
    }),
    { numRuns: 100 },
  );
});

for (const key of [0, 0x12345678, -1]) {
  test(`2,000 digests with the one key ${key >>> 0} are all found, in an array no more than a few times their size`, () => {
    const segment = new Segment();
    for (let i = 0; i < 2_000; i++) segment.insert(wordsOf(key, i));
    expectOrder(segment);
    for (let i = 0; i < 2_000; i++) assert.notEqual(segment.find(wordsOf(key, i)), -1);
    assert.equal(segment.find(wordsOf(key, 2_000)), -1);
    assert.ok(segment.rows.length < 3 * 2_000 * ROW);
    for (let i = 0; i < 2_000; i++) segment.remove(segment.find(wordsOf(key, i)));
    assert.equal(segment.count, 0);
    assert.ok(segment.rows.length < 100 * ROW);
  });
}

test('the digest of nothing but zeros is absent until it is put in', () => {
  const segment = new Segment();
  assert.equal(segment.find(wordsOf(0, 0)), -1);
  segment.insert(wordsOf(0, 0));
  assert.notEqual(segment.find(wordsOf(0, 0)), -1);
});

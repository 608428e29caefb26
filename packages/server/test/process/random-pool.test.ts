import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomPool } from 'hallpass/random-pool';

/** Counts upwards, in buffers that share their memory as those of Node do. */
function counting(): (size: number) => Uint8Array {
  let next = 0;
  return (size) => Buffer.from(Array.from({ length: size }, () => next++ & 255));
}

test('random bytes come from their source, each once', () => {
  const random = randomPool(counting());
  const taken = [60, 16, 12, 300].flatMap((size) => [...random(size)]);
  assert.deepEqual(
    taken,
    Array.from({ length: 388 }, (_, i) => i & 255),
  );
});

test('what was handed out does not change by what is handed out later, nor by who has it', () => {
  const random = randomPool(counting());
  const first = random(8);
  const copy = [...first];
  first.fill(0);
  assert.deepEqual([...random(4)], [8, 9, 10, 11]);
  const second = random(4);
  random(4096);
  assert.deepEqual(copy, [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual([...second], [12, 13, 14, 15]);
});

test('more than is drawn at a time is drawn at once, in full', () => {
  assert.equal(randomPool(counting())(10_000).length, 10_000);
});

test('a source without entropy fails every taker', () => {
  const random = randomPool(() => {
    throw new Error('no entropy');
  });
  assert.throws(() => random(16), /no entropy/);
  assert.throws(() => random(16), /no entropy/);
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { digestFromBytes, digestOf, digestToBytes } from '@hallpass/core/digest';
import fc from 'fast-check';

test('a digest is the SHA-256 of the value, and its bytes come back as they went in', () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      const bytes = createHash('sha256').update(value).digest();
      assert.deepEqual(digestToBytes(digestOf(value)), bytes);
      assert.equal(digestFromBytes(bytes), digestOf(value));
    }),
  );
});

test('bytes of another length are no digest', () => {
  for (const length of [0, 31, 33, 64])
    assert.throws(() => digestFromBytes(new Uint8Array(length)), RangeError);
});

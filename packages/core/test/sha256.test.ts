import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { sha256 } from '@hallpass/core/sha256';
import fc from 'fast-check';

function hexOf(bytes: Uint8Array): string {
  const block = new Uint8Array(64).fill(0xa5);
  block.set(bytes);
  return [...sha256(block, bytes.length)].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

test('the published vectors come out', () => {
  assert.equal(hexOf(new Uint8Array(0)), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  assert.equal(hexOf(Buffer.from('abc')), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('any 0 to 55 bytes hash to what OpenSSL says', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 55 }), (bytes) => {
      assert.equal(hexOf(bytes), createHash('sha256').update(bytes).digest('hex'));
    }),
    { numRuns: 5_000 },
  );
});

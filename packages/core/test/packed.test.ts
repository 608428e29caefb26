import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { digestFromBytes, digestOf, digestToBytes } from '@hallpass/core/digest';
import { newTokenId } from '@hallpass/core/id';
import { loadTokens, packTokens, unpackTokens } from '@hallpass/core/packed';
import { TokenTable } from '@hallpass/core/token-table';
import fc from 'fast-check';

const LATEST = 2 ** 48 - 2;

const entry = fc.record(
  {
    digest: fc.uint8Array({ minLength: 32, maxLength: 32 }).map(digestFromBytes),
    id: fc.nat(LATEST).map((now) => newTokenId(now, randomBytes)),
    name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 255 }),
    expiresAt: fc.option(fc.maxSafeNat().map((time) => time % LATEST)),
    active: fc.boolean(),
    write: fc.boolean(),
  },
  { noNullPrototype: true },
);

test('what is packed comes out as it went in', () => {
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      assert.deepEqual([...unpackTokens(packTokens(entries))], entries);
    }),
  );
});

test('a batch that starts somewhere inside a larger buffer is read from its own start', () => {
  const entries = fc.sample(entry, 3);
  const packed = packTokens(entries);
  const larger = new Uint8Array(packed.length + 7);
  larger.set(packed, 7);
  assert.deepEqual([...unpackTokens(larger.subarray(7))], entries);
});

test('a batch that is cut short is refused wherever the cut is', () => {
  const packed = packTokens(fc.sample(entry, 1));
  for (let length = 1; length < packed.length; length++) {
    assert.throws(() => [...unpackTokens(packed.subarray(0, length))], RangeError);
  }
});

test('a packed batch fills the token table', () => {
  const table = new TokenTable();
  const digest = digestOf('a value');
  const id = newTokenId(1_800_000_000_000, randomBytes);
  loadTokens(
    table,
    packTokens([{ digest, id, name: 'Zoë 🗝', expiresAt: 1_800_000_000_001, active: true, write: false }]),
  );
  const bytes = digestToBytes(digest);
  const found = table.find(Int32Array.from([0, 4, 8, 12, 16], (at) => bytes.readInt32BE(at)));
  assert.deepEqual(
    [found?.endsAt, found?.active, found?.write, found?.id, found?.name],
    [1_800_000_000_001, true, false, id, 'Zoë 🗝'],
  );
});

test('the bytes of a packed token stay the same from version to version', () => {
  const packed = packTokens([
    {
      digest: digestOf(''),
      id: 'tok_01ARZ3NDEKTSV4RRFFQ69G5FAV',
      name: 'é',
      expiresAt: null,
      active: true,
      write: true,
    },
  ]);
  const digest = createHash('sha256').digest('hex');
  assert.equal(
    Buffer.from(packed).toString('hex'),
    `${digest}01563e3ab5d3d6764c61efb99302bd5bffffffffffff030002c3a9`,
  );
});

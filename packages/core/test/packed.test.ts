import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { type Digest, digestFromBytes, digestOf, digestToBytes } from '@hallpass/core/digest';
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

function known(table: TokenTable, digest: Digest) {
  const bytes = digestToBytes(digest);
  const found = table.find(Int32Array.from([0, 4, 8, 12, 16], (at) => bytes.readInt32BE(at)));
  if (!found) return undefined;
  const { id, name, expiresAt, active, write } = found;
  return { id, name, expiresAt, active, write };
}

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
    const cut = packed.subarray(0, length);
    assert.throws(() => [...unpackTokens(cut)], RangeError);
    assert.throws(() => loadTokens(new TokenTable(), cut), RangeError);
  }
});

test('a packed batch fills the token table as setting each token does', () => {
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      const [set, loaded] = [new TokenTable(), new TokenTable()];
      for (const each of entries) set.set(each);
      loadTokens(loaded, packTokens(entries));
      assert.equal(loaded.size, set.size);
      for (const { digest } of entries) assert.deepEqual(known(loaded, digest), known(set, digest));
    }),
  );
});

test('a token that was loaded is found with everything that is known of it', () => {
  const table = new TokenTable();
  const digest = digestOf('a value');
  const id = newTokenId(1_800_000_000_000, randomBytes);
  const terms = { expiresAt: 1_800_000_000_001, active: true, write: false };
  loadTokens(table, packTokens([{ digest, id, name: 'Zoë 🗝', ...terms }]));
  assert.deepEqual(known(table, digest), { id, name: 'Zoë 🗝', ...terms });
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

import { type Digest, digestFromBytes } from '@hallpass/core/digest';
import { newTokenId, type TokenId } from '@hallpass/core/id';
import type { TableEntry } from '@hallpass/core/token-table';
import fc from 'fast-check';

/** A source of bytes that gives the same ones for the same seed, evenly spread. */
export function seededBytes(seed: number): (size: number) => Uint8Array {
  let state = seed | 1;
  return (size) =>
    Uint8Array.from({ length: size }, () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return state >>> 11;
    });
}

export function digestOfWords(words: readonly number[]): Digest {
  const bytes = Buffer.alloc(32);
  words.forEach((word, i) => {
    bytes.writeUInt32BE(word >>> 0, i * 4);
  });
  return digestFromBytes(bytes);
}

const hostileWord = fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff);
const anyWord = fc.nat(0xffffffff);

/** Digests that crowd: few first words and few keys, some of them told apart by the last compared word alone. */
const crowdedDigest = fc
  .tuple(fc.constantFrom(0, 0x00400001, 0xffffffff), hostileWord, fc.nat(1), fc.nat(1), fc.nat(40))
  .map(digestOfWords);

const spreadDigest = fc.tuple(anyWord, anyWord, anyWord, anyWord, anyWord).map(digestOfWords);

export const digests: fc.Arbitrary<Digest> = fc.oneof(crowdedDigest, spreadDigest);

export const tokenIds: fc.Arbitrary<TokenId> = fc
  .tuple(fc.nat(2 ** 48 - 1), fc.integer())
  .map(([time, seed]) => newTokenId(time, seededBytes(seed)));

/** A token may have several values, so the same id comes up under several digests. */
const sharedIds: fc.Arbitrary<TokenId> = fc.nat(2).map((seed) => newTokenId(1, seededBytes(seed)));

export const entries: fc.Arbitrary<TableEntry> = fc.record({
  digest: digests,
  id: fc.oneof(tokenIds, sharedIds),
  name: fc.string({ unit: 'grapheme', maxLength: 40 }),
  expiresAt: fc.option(fc.nat(2 ** 48 - 2), { nil: null }),
  active: fc.boolean(),
  write: fc.boolean(),
});

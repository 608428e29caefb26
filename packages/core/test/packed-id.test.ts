import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newOperatorId, newTokenId, type TokenId } from '@hallpass/core/id';
import { idAt, packId } from '@hallpass/core/packed-id';
import fc from 'fast-check';
import { seededBytes, tokenIds } from './arbitraries.ts';

test('an id has the form of its kind, and ids of later milliseconds sort behind', () => {
  const random = seededBytes(1);
  assert.match(newTokenId(1_700_000_000_000, random), /^tok_[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
  assert.match(newOperatorId(1_700_000_000_000, random), /^opr_[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
  assert.ok(newTokenId(1_700_000_000_000, random) < newTokenId(1_700_000_000_001, random));
});

test('every id comes back from its four words as it went in, wherever they stand', () => {
  const limits = fc.constantFrom<TokenId>('tok_00000000000000000000000000', 'tok_7ZZZZZZZZZZZZZZZZZZZZZZZZZ');
  fc.assert(
    fc.property(fc.oneof(tokenIds, limits), fc.nat(3), (id, at) => {
      const words = new Int32Array(8);
      packId(id, words, at);
      assert.equal(idAt(words, at), id);
      assert.ok(words.every((word, i) => (i >= at && i < at + 4) || word === 0));
    }),
  );
});

test('what is no token id is refused', () => {
  const bad: string[] = [
    '',
    'tok_',
    'opr_01HF7YAT004GF28EA540XC6SSS',
    'tok_81HF7YAT004GF28EA540XC6SSS',
    'tok_01HF7YAT004GF28EA540XC6SSU',
    'tok_01hf7yat004gf28ea540xc6sss',
    'tok_01HF7YAT004GF28EA540XC6SS',
    'tok_01HF7YAT004GF28EA540XC6SSSS',
    'tok_01HF7YAT004GF28EA540XC6SSé',
  ];
  for (const id of bad) assert.throws(() => packId(id as TokenId, new Int32Array(4), 0), RangeError);
});

test('C118: without entropy no id is made', () => {
  assert.throws(
    () =>
      newTokenId(1, () => {
        throw new Error('no entropy');
      }),
    /no entropy/,
  );
});

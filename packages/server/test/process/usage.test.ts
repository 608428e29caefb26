import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TokenId } from '@hallpass/core/id';
import { idAt } from '@hallpass/core/packed-id';
import type { Principal } from '@hallpass/core/principal';
import fc from 'fast-check';
import { Usage } from 'hallpass/usage';

/** As much of a principal as noting its use looks at. */
function principalOf(words: Int32Array): Principal {
  return {
    id: idAt(words, 0),
    name: '',
    encodedName: '',
    write: true,
    expiresAt: null,
    spread: 0,
    writeId: (into, at) => into.set(words, at),
    equals: () => false,
  };
}

const someWords = fc
  // The last word chooses the place: few of them make many ids meet.
  .tuple(fc.integer({ min: 0, max: 3 }), fc.constantFrom(0, 1, 1 << 16, -1))
  .map(([first, last]) => Int32Array.of(first, 0, 0, last));

test('every use is handed over once, with the latest time of its token, also where ids share a place', () => {
  const step = fc.oneof(someWords, fc.constant('take' as const));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const usage = new Usage();
      const expected = new Map<TokenId, number>();
      const got = new Map<TokenId, number>();
      const take = () => {
        for (const { id, lastUsedAt } of usage.take()) got.set(id, lastUsedAt);
        assert.deepEqual(got, expected);
        assert.deepEqual(usage.take(), []);
      };
      let now = 1_800_000_000_000;
      for (const step of steps) {
        if (step === 'take') take();
        else {
          expected.set(idAt(step, 0), ++now);
          usage.note(principalOf(step), now);
        }
      }
      take();
    }),
  );
});

test('what could not be stored is kept, unless the token was used again since', () => {
  const usage = new Usage();
  const [a, b] = [Int32Array.of(1, 0, 0, 0), Int32Array.of(2, 0, 0, 0)];
  usage.note(principalOf(a), 1);
  usage.note(principalOf(b), 2);
  const uses = usage.take();
  usage.note(principalOf(a), 3);
  usage.giveBack(uses);
  assert.deepEqual(
    new Map(usage.take().map(({ id, lastUsedAt }) => [id, lastUsedAt])),
    new Map([
      [idAt(a, 0), 3],
      [idAt(b, 0), 2],
    ]),
  );
});

test('however many tokens are reported between two flushes, memory holds no more than so many', () => {
  const usage = new Usage();
  const words = new Int32Array(4);
  const report = (from: number, count: number, time: number) => {
    for (words[3] = from; words[3] < from + count; words[3]++) usage.merge(idAt(words, 0), time);
  };
  report(0, 300_000, 1);
  report(0, 1, 2);
  const uses = usage.take();
  assert.equal(uses.length, 262_144);
  assert.equal(uses[0]?.lastUsedAt, 2);
  report(299_999, 1, 3);
  assert.deepEqual(
    usage.take().map(({ lastUsedAt }) => lastUsedAt),
    [3],
  );
});

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import {
  hasForm,
  hintOf,
  mint,
  type Prefix,
  readForm,
  showsSecret,
  withoutSecrets,
} from '@hallpass/core/token';
import fc from 'fast-check';
import { seededBytes } from './arbitraries.ts';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const prefixes = fc.constantFrom<Prefix>('hp_', 'hpo_');
const values = fc
  .tuple(prefixes, fc.integer())
  .map(([prefix, seed]) => ({ prefix, value: mint(prefix, seededBytes(seed)).reveal() }));

/** The checksum of the published form, worked out with nothing of ours: bit by bit, in big integers. */
function checksumOf(body: string): string {
  let crc = 0xffffffffn;
  for (const byte of Buffer.from(body)) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0xedb88320n : crc >> 1n;
  }
  let rest = crc ^ 0xffffffffn;
  let text = '';
  for (; rest > 0n; rest /= 62n) text = DIGITS.charAt(Number(rest % 62n)) + text;
  return text.padStart(6, '0');
}

test('the checksum is the CRC-32 of the 30 characters, in six base62 digits, as published', () => {
  // CRC-32 of "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ" as in GitHub's form: ghp_ + these 30 + "0mLq17".
  assert.equal(checksumOf('zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ'), '0mLq17');
  assert.ok(hasForm('hp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17', 'hp_'));
});

test('every value that is made has the form: prefix, 36 base62 digits, the right checksum', () => {
  fc.assert(
    fc.property(values, ({ prefix, value }) => {
      assert.match(value, new RegExp(`^${prefix}[0-9A-Za-z]{36}$`));
      assert.equal(value.slice(-6), checksumOf(value.slice(prefix.length, -6)));
      assert.ok(hasForm(value, prefix));
    }),
  );
});

test('C21, C24: a value with any one character changed is refused', () => {
  fc.assert(
    fc.property(
      values,
      fc.nat(39),
      fc.string({ unit: 'binary', minLength: 1 }),
      ({ prefix, value }, at, other) => {
        const changed = value.slice(0, at) + other + value.slice(at + 1);
        fc.pre(changed !== value);
        assert.equal(hasForm(changed, prefix), false);
      },
    ),
  );
  const value = mint('hp_', seededBytes(3)).reveal();
  for (let at = 0; at < value.length; at++) {
    for (const digit of `${DIGITS}_-.~ é`) {
      if (digit === value[at]) continue;
      assert.equal(hasForm(value.slice(0, at) + digit + value.slice(at + 1), 'hp_'), false);
    }
  }
  assert.equal(hasForm(value.toUpperCase(), 'hp_'), false);
  assert.equal(hasForm(value.toLowerCase(), 'hp_'), false);
});

test('a character that ends in the same byte as a digit is not that digit', () => {
  const value = mint('hp_', seededBytes(5)).reveal();
  for (let at = 0; at < value.length; at++) {
    const alias = String.fromCharCode(value.charCodeAt(at) | 0x100);
    assert.equal(hasForm(value.slice(0, at) + alias + value.slice(at + 1), 'hp_'), false);
  }
});

test('C22: a value is refused under any prefix but its own', () => {
  const token = mint('hp_', seededBytes(1)).reveal();
  const key = mint('hpo_', seededBytes(1)).reveal();
  assert.equal(hasForm(token, 'hpo_'), false);
  assert.equal(hasForm(key, 'hp_'), false);
  assert.equal(hasForm(`ghp_${token.slice(3)}`, 'hp_'), false);
  assert.equal(hasForm(`${token.slice(3)}hp_`, 'hp_'), false);
});

test('C18: a value of another length is refused, whatever it begins with', () => {
  const token = mint('hp_', seededBytes(1)).reveal();
  for (const text of ['', 'hp_', token.slice(0, -1), `${token}0`, token + token, token.padEnd(4096, '0')]) {
    assert.equal(hasForm(text, 'hp_'), false);
  }
});

test('a checksum beyond 32 bits is refused', () => {
  assert.equal(hasForm(`hp_${'0'.repeat(30)}zzzzzz`, 'hp_'), false);
});

test('no value of the same form survives in what is read from the next one', () => {
  const [one, two] = [mint('hp_', seededBytes(1)).reveal(), mint('hpo_', seededBytes(2)).reveal()];
  readForm(two, 'hpo_');
  assert.equal(Buffer.from(readForm(one, 'hp_') ?? []).toString('latin1', 0, 39), one);
});

test('digits are spread evenly: a byte above 247 is thrown away, not folded onto the first ones', () => {
  const counts = new Map<string, number>();
  const random = seededBytes(11);
  for (let i = 0; i < 2_000; i++) {
    for (const digit of mint('hp_', random).reveal().slice(3, 33))
      counts.set(digit, (counts.get(digit) ?? 0) + 1);
  }
  assert.equal(counts.size, 62);
  // 60,000 digits over 62 kinds: 968 each; five standard deviations are 155.
  for (const count of counts.values()) assert.ok(Math.abs(count - 968) < 155);
  const high = (size: number): Uint8Array =>
    new Uint8Array(size).map((_, i) => (i % 2 === 0 ? 248 + ((i / 2) % 8) : 61));
  assert.equal(mint('hp_', high).reveal().slice(3, 33), 'z'.repeat(30));
});

test('C118: without entropy nothing is made', () => {
  const none = (): Uint8Array => {
    throw new Error('no entropy');
  };
  assert.throws(() => mint('hp_', none), /no entropy/);
});

test('two values from the system source differ', () => {
  assert.notEqual(mint('hp_', randomBytes).reveal(), mint('hp_', randomBytes).reveal());
});

test('a token or key in a text is seen, and taken out but for its prefix', () => {
  const [token, key] = [mint('hp_', randomBytes).reveal(), mint('hpo_', randomBytes).reveal()];
  assert.equal(showsSecret(`Bearer ${token}`), true);
  assert.equal(withoutSecrets(`not '${token}', nor ${key}.`), "not 'hp_…', nor hpo_….");
  for (const text of ['', 'hp_short', 'an hp_ token', 'ci']) {
    assert.equal(showsSecret(text), false);
    assert.equal(withoutSecrets(text), text);
  }
});

test('a hint shows the prefix and the last four characters, no more', () => {
  assert.equal(hintOf('hp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17', 'hp_'), 'hp_…Lq17');
});

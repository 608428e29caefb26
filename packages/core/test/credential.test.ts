import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ABSENT,
  MALFORMED,
  type Presented,
  readAuthorization,
  readCredential,
} from '@hallpass/core/credential';
import fc from 'fast-check';

const TOKEN = 'hp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17';

function expectEach(values: readonly string[], expected: Presented): void {
  for (const value of values) assert.equal(readAuthorization(value), expected, JSON.stringify(value));
}

test('C01: without an Authorization line no credential was sent', () => {
  assert.equal(readCredential([]), ABSENT);
  assert.equal(readCredential(['Host', 'a', 'X-Authorization', `Bearer ${TOKEN}`]), ABSENT);
});

test('C02: the scheme alone is malformed', () => {
  expectEach(['Bearer', 'Bearer ', 'bearer   '], MALFORMED);
});

test('C03, C08: more spaces after the scheme and at the end are allowed', () => {
  expectEach([`Bearer ${TOKEN}`, `Bearer  ${TOKEN}`, `Bearer ${TOKEN}  `, `Bearer   ${TOKEN} `], TOKEN);
});

test('C04: a tab after the scheme is malformed', () => {
  expectEach([`Bearer\t${TOKEN}`, `Bearer \t${TOKEN}`, `Bearer ${TOKEN}\t`], MALFORMED);
});

test('C05: the scheme is read in any case', () => {
  expectEach([`bEaReR ${TOKEN}`, `BEARER ${TOKEN}`, `bearer ${TOKEN}`], TOKEN);
});

test('C06: anything beside the one token is malformed', () => {
  expectEach(
    [
      `Bearer ${TOKEN} extra`,
      `Bearer ${TOKEN},`,
      `Bearer "${TOKEN}"`,
      'Bearer =',
      'Bearer a=b',
      `Bearer,${TOKEN}`,
    ],
    MALFORMED,
  );
});

test('C09: another scheme is no bearer credential', () => {
  expectEach(['Basic dTpw', 'Bearers x', 'Bearer-x y', 'Beare', '', 'Token x', ` Bearer ${TOKEN}`], ABSENT);
});

test('C10: two Authorization lines are malformed, same or different, in any order and case', () => {
  const line = (name: string, value: string): string[] => [name, value];
  const bearer = line('Authorization', `Bearer ${TOKEN}`);
  for (const other of [bearer, line('authorization', 'Basic x'), line('AUTHORIZATION', '')]) {
    assert.equal(readCredential([...bearer, ...other]), MALFORMED);
    assert.equal(readCredential([...other, 'Host', 'a', ...bearer]), MALFORMED);
  }
});

test('the one Authorization line is read wherever it stands and however its name is written', () => {
  for (const name of ['Authorization', 'authorization', 'AUTHORIZATION', 'aUTHORIZATION']) {
    assert.equal(readCredential(['Host', 'a', name, `Bearer ${TOKEN}`, 'Accept', '*/*']), TOKEN);
  }
});

test('a value that happens to read Authorization is not a line of that name', () => {
  assert.equal(readCredential(['X-Note', 'Authorization', 'X-Other', `Bearer ${TOKEN}`]), ABSENT);
});

test('C19: non-ASCII, NUL and CR are malformed', () => {
  for (const odd of ['é', '\u0168', '\0', '\r', '\n', '\u{1f600}', '\u00a0']) {
    expectEach(
      [`Bearer ${odd}`, `Bearer ${TOKEN}${odd}`, `Bearer ${odd}${TOKEN}`, `Bearer h${odd}p`],
      MALFORMED,
    );
  }
});

test('what is read is always a token of the grammar, and reading it again gives the same', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const read = readAuthorization(`Bearer ${text}`);
      if (typeof read !== 'string') return;
      assert.match(read, /^[A-Za-z0-9\-._~+/]+=*$/);
      assert.equal(readAuthorization(`Bearer ${read}`), read);
    }),
    { numRuns: 2_000 },
  );
});

import assert from 'node:assert/strict';
import { Console } from 'node:console';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { format, inspect } from 'node:util';
import { Secret } from '@hallpass/core/secret';

const VALUE = 'hp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17';

function logged(...what: unknown[]): string {
  const stdout = new PassThrough();
  new Console({ stdout }).log(...what);
  return String(stdout.read());
}

test('a secret prints as redacted in every form there is', () => {
  const secret = new Secret(VALUE);
  const prints: Record<string, string> = {
    string: String(secret),
    template: `${secret}`,
    concatenation: 'a'.concat(secret as unknown as string),
    plus: [secret as unknown as string].reduce((text, part) => text + part, ''),
    join: [secret].join(),
    json: JSON.stringify({ secret, list: [secret] }),
    inspect: inspect(secret, { showHidden: true, depth: null }),
    nested: inspect({ a: { b: [secret] } }, { depth: null }),
    format: format('%s %o %O %j', secret, secret, secret, secret),
    console: logged(secret, { secret }),
    cause: inspect(new Error('x', { cause: secret })),
    causeInside: inspect(new Error('x', { cause: { secret } })),
    error: String(new Error(secret as unknown as string)),
    keys: JSON.stringify([Object.entries(secret), Object.getOwnPropertyNames(secret), { ...secret }]),
    clone: JSON.stringify(structuredClone({ ...secret })),
  };
  for (const [form, text] of Object.entries(prints)) {
    assert.ok(!text.includes('zQWB') && !text.includes('Lq17'), form);
  }
  for (const form of ['string', 'template', 'json', 'inspect', 'console', 'cause', 'plus']) {
    assert.match(prints[form] ?? '', /\[redacted\]/, form);
  }
});

test('the value is told when it is asked for by name', () => {
  assert.equal(new Secret(VALUE).reveal(), VALUE);
});

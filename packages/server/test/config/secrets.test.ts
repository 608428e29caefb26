import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { mint } from '@hallpass/core/token';
import fc from 'fast-check';
import { problemsOf, reading } from './reading.ts';

const OWNER_KEY = mint('hpo_', randomBytes).reveal();
const SECRET_KEY = randomBytes(32);

test('a secret is read from a file, and one line break at its end does not count', () => {
  const env = { HALLPASS_OWNER_KEY_FILE: '/run/owner' };
  for (const text of [OWNER_KEY, `${OWNER_KEY}\n`, `${OWNER_KEY}\r\n`])
    assert.equal(reading({ env, files: { '/run/owner': text } }).config.ownerKey?.reveal(), OWNER_KEY);
  assert.equal(problemsOf({ env, files: { '/run/owner': `${OWNER_KEY}\n\n` } }).length, 1);
});

test('a secret and its file in the same place are a mistake; in two places the stronger one counts', () => {
  const files = { '/run/owner': OWNER_KEY };
  const both = { HALLPASS_OWNER_KEY: OWNER_KEY, HALLPASS_OWNER_KEY_FILE: '/run/owner' };
  assert.deepEqual(problemsOf({ env: both, files }), [
    'HALLPASS_OWNER_KEY and HALLPASS_OWNER_KEY_FILE: give one of them, not both',
  ]);
  const { config } = reading({
    flags: { ownerKeyFile: '/run/owner' },
    env: { HALLPASS_OWNER_KEY: 'x' },
    files,
  });
  assert.equal(config.ownerKey?.reveal(), OWNER_KEY);
});

test('a secret file that others can read is warned about', () => {
  const warningsAt = (mode: number) =>
    reading({
      env: { HALLPASS_OWNER_KEY_FILE: '/run/owner' },
      files: { '/run/owner': { text: OWNER_KEY, mode } },
    }).warnings;
  assert.deepEqual(warningsAt(0o600), []);
  assert.deepEqual(warningsAt(0o400), []);
  const warning = ['HALLPASS_OWNER_KEY_FILE: the file can be read by other users; chmod 600 it'];
  for (const mode of [0o640, 0o604, 0o644]) assert.deepEqual(warningsAt(mode), warning);
});

test('a settings file that holds a secret and that others can read is warned about', () => {
  const warningsOf = (text: string) =>
    reading({ files: { '/srv/hallpass.json': { text, mode: 0o644 } } }).warnings;
  assert.deepEqual(warningsOf(JSON.stringify({ owner_key: OWNER_KEY })), [
    'hallpass.json: the file can be read by other users; chmod 600 it',
  ]);
  assert.deepEqual(warningsOf('{"port": 1}'), []);
});

test('a secret file that cannot be read is a mistake, told without its path', () => {
  assert.deepEqual(problemsOf({ env: { HALLPASS_OWNER_KEY_FILE: OWNER_KEY } }), [
    'HALLPASS_OWNER_KEY_FILE: there is no such file',
  ]);
});

test('the secret key is 32 bytes in hex or base64', () => {
  for (const encoding of ['hex', 'base64', 'base64url'] as const) {
    const { config } = reading({ env: { HALLPASS_SECRET_KEY: SECRET_KEY.toString(encoding) } });
    assert.deepEqual(config.secretKey?.export(), SECRET_KEY);
  }
  const wrong = [
    randomBytes(31).toString('hex'),
    randomBytes(33).toString('base64'),
    randomBytes(16).toString('base64'),
    `${SECRET_KEY.toString('hex')}0`,
    'correct horse battery staple',
  ];
  for (const text of wrong) assert.equal(problemsOf({ env: { HALLPASS_SECRET_KEY: text } }).length, 1);
});

test('an owner key of the wrong form stops the start', () => {
  const last = OWNER_KEY.at(-1) === '0' ? '1' : '0';
  for (const text of [mint('hp_', randomBytes).reveal(), OWNER_KEY.slice(0, -1) + last, 'admin'])
    assert.equal(problemsOf({ env: { HALLPASS_OWNER_KEY: text } }).length, 1);
});

test('nothing of a secret shows in errors, whatever it is and wherever it stands', () => {
  const secret = fc.string({ minLength: 8, maxLength: 80 }).filter((text) => !/^[a-z_:. ,;]*$/i.test(text));
  const name = fc.constantFrom('ownerKey', 'secretKey', 'proxySecret');
  fc.assert(
    fc.property(secret, name, (text, key) => {
      const variable = `HALLPASS_${key.replace(/[A-Z]/, '_$&').toUpperCase()}`;
      const files = { '/srv/hallpass.json': `{"x": ${JSON.stringify(text)} ` };
      const places = [{ flags: { [key]: text } }, { env: { [variable]: text } }, { files }];
      for (const place of places)
        for (const problem of problemsOf(place)) assert.ok(!problem.includes(text), problem);
    }),
  );
});

test('secrets are masked in what is shown, and however the settings are printed', () => {
  const proxySecret = 'a-long-enough-secret';
  const { config, effective } = reading({
    env: {
      HALLPASS_OWNER_KEY: OWNER_KEY,
      HALLPASS_SECRET_KEY: SECRET_KEY.toString('base64'),
      HALLPASS_PROXY_SECRET: proxySecret,
    },
  });
  const printed = [inspect(config, { depth: 9 }), JSON.stringify(config), JSON.stringify(effective)].join();
  for (const secret of [OWNER_KEY, SECRET_KEY.toString('base64'), SECRET_KEY.toString('hex'), proxySecret])
    assert.ok(!printed.includes(secret));
  assert.equal(effective.find(({ name }) => name === 'owner_key')?.value, '********');
});

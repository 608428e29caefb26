import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { hasForm } from '@hallpass/core/token';
import type { TestServer } from '../server.ts';
import { clientStand } from './stand.ts';

async function isValid(server: TestServer, value: string | null): Promise<boolean> {
  return (await server.call('GET', '/_/verify/read', { key: value })).status === 200;
}

test('a rotated value stands alone on standard output, and what becomes of the old one on standard error', async (t) => {
  const { hallpass, server } = await clientStand(t);
  const { record } = await server.admin.createToken({ name: 'ci' });
  const { code, stdout, stderr } = await hallpass(['token', 'rotate', 'ci', '--overlap', '1h']);
  assert.equal(code, 0);
  const value = stdout.trimEnd();
  assert.ok(hasForm(value, 'hp_') && stdout === `${value}\n`);
  const [said, fate] = stderr.split('\n');
  assert.equal(said, 'Rotated ci: active, may read and write, never expires.');
  assert.match(
    fate ?? '',
    /^The old value \(hp_….{4}\) works until \d{4}-\d\d-\d\d \d\d:\d\d UTC, in (1 hour|60 minutes)\.$/,
  );
  assert.deepEqual([await isValid(server, record.token), await isValid(server, value)], [true, true]);
  const shown = await hallpass(['token', 'show', 'ci']);
  assert.match(shown.stdout, /^older value\thp_….{4} works until \d{4}-.*Z$/m);
});

test('until the first use, alone or with an overlap', async (t) => {
  const { hallpass, server } = await clientStand(t);
  const { record } = await server.admin.createToken({ name: 'ci' });
  const both = await hallpass(['token', 'rotate', 'ci', '--until-first-use', '--overlap', '7d']);
  assert.match(both.stderr, /works until the new one is first used, or until .*, in 7 days\.\n$/);
  const alone = await hallpass(['token', 'rotate', 'ci', '--until-first-use', '--json']);
  assert.match(alone.stderr, /works until the new one is first used\.\n$/);
  const { token } = JSON.parse(alone.stdout) as { token: string };
  assert.deepEqual(
    [await isValid(server, record.token), await isValid(server, token), await isValid(server, record.token)],
    [true, true, false],
  );
});

test('a rotation that ends the old value at once is asked about, and without a terminal takes --yes', async (t) => {
  const { hallpass, folder, server } = await clientStand(t);
  const { record } = await server.admin.createToken({ name: 'ci' });
  const asked = await hallpass(['token', 'rotate', 'ci', '--output-file', 'new.token']);
  assert.deepEqual([asked.code, asked.stdout], [2, '']);
  assert.match(asked.stderr, /^error: This cannot be undone: add --yes/);
  assert.throws(() => statSync(join(folder, 'new.token')), /ENOENT/);
  assert.equal(await isValid(server, record.token), true);
  const done = await hallpass(['token', 'rotate', 'ci', '--yes', '--output-file', 'new.token']);
  assert.deepEqual([done.code, done.stdout], [0, '']);
  assert.match(done.stderr, /\nOlder values are refused from now on\.\n$/);
  assert.equal(statSync(join(folder, 'new.token')).mode & 0o777, 0o600);
  assert.equal(await isValid(server, record.token), false);
  assert.equal(await isValid(server, readFileSync(join(folder, 'new.token'), 'utf8').trimEnd()), true);
});

test('an overlap of 0 is at once: it is asked about as one that is left out', async (t) => {
  const { hallpass, server } = await clientStand(t);
  const { record } = await server.admin.createToken({ name: 'ci' });
  const words = ['token', 'rotate', 'ci', '--overlap', '0', '--until-first-use'];
  assert.match((await hallpass(words)).stderr, /^error: This cannot be undone: add --yes/);
  assert.equal(await isValid(server, record.token), true);
  const done = await hallpass([...words, '--yes']);
  assert.equal(done.code, 0, done.stderr);
  assert.equal(await isValid(server, record.token), false);
});

test('what cannot be is refused before anything changes: an overlap that is none, an expiry in seconds, no such token', async (t) => {
  const { hallpass, server } = await clientStand(t);
  await server.admin.createToken({ name: 'ci' });
  const before = (await server.call('GET', '/_/token')).text;
  for (const [words, code, said] of [
    [['ci', '--overlap', 'soon'], 2, /^error: --overlap: is not a length of time/],
    [['ci', '--overlap', '1h', '--expires', '1800000000'], 2, /looks like seconds/],
    [['cd', '--overlap', '1h'], 3, /^error: .*name/],
    [['ci', '--overlap', '1h', '--output-file', '/nowhere/token'], 2, /^error: --output-file/],
  ] as const) {
    const ended = await hallpass(['token', 'rotate', ...words]);
    assert.deepEqual([ended.code, ended.stdout], [code, ''], words.join(' '));
    assert.match(ended.stderr, said);
  }
  assert.equal((await server.call('GET', '/_/token')).text, before);
});

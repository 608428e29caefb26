import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { hasForm } from '@hallpass/core/token';
import { clientStand } from './stand.ts';

test('a new value stands alone on standard output, and how the expiry was read on standard error', async (t) => {
  const { hallpass, server } = await clientStand(t);
  const { code, stdout, stderr } = await hallpass(
    ['token', 'create', 'ci', '--expires', '2099-01-31 18:00'],
    {
      env: { TZ: 'Europe/Berlin' },
    },
  );
  assert.equal(code, 0);
  assert.ok(hasForm(stdout.trimEnd(), 'hp_') && stdout.endsWith('\n'));
  assert.match(
    stderr,
    /^Created ci: active, may read and write, expires 2099-01-31 18:00 Europe\/Berlin, in \d+ years\.\n$/,
  );
  assert.equal(await server.admin.tokenValue('ci'), stdout.trimEnd());
  const [record] = (await server.call('GET', '/_/token')).body.data;
  assert.equal(record?.['expires_at'], Date.UTC(2099, 0, 31, 17));
});

test('a value goes into a file that only its owner may read, and never over another file', async (t) => {
  const { hallpass, folder, server } = await clientStand(t);
  const made = await hallpass(['token', 'create', 'ci', '--output-file', 'ci.token', '--expires', '1d']);
  assert.deepEqual([made.code, made.stdout], [0, '']);
  const file = join(folder, 'ci.token');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(readFileSync(file, 'utf8'), `${await server.admin.tokenValue('ci')}\n`);
  const again = await hallpass(['token', 'create', 'other', '--output-file', 'ci.token']);
  assert.equal(again.code, 5);
  assert.match(again.stderr, /^error: --output-file: the file exists already/);
  assert.equal((await hallpass(['token', 'show', 'other'])).code, 3);
  const refused = await hallpass(['token', 'create', 'ci', '--output-file', 'second.token']);
  assert.equal(refused.code, 5);
  assert.throws(() => statSync(join(folder, 'second.token')), /ENOENT/);
});

test('--env prints a line for the shell, and takes only what can be a variable', async (t) => {
  const { hallpass } = await clientStand(t);
  const { stdout } = await hallpass(['token', 'create', 'ci', '--env', 'API_TOKEN']);
  assert.match(stdout, /^export API_TOKEN=hp_[0-9A-Za-z]{36}\n$/);
  const wrong = await hallpass(['token', 'create', 'b', '--env', 'A;rm']);
  assert.deepEqual([wrong.code, wrong.stdout], [2, '']);
  assert.equal((await hallpass(['token', 'show', 'b'])).code, 3);
});

test('--json has the shape of the API, a created token with its value', async (t) => {
  const { hallpass } = await clientStand(t);
  const made = JSON.parse((await hallpass(['token', 'create', 'ci', '--expires', '30d', '--json'])).stdout);
  const fields = ['id', 'name', 'expiration_date', 'expires_at', 'active', 'write', 'status', 'description'];
  fields.push('created_by', 'created_at', 'updated_at', 'last_used_at', 'revision', 'hint');
  fields.push('former_values');
  assert.deepEqual(Object.keys(made), [...fields, 'token']);
  const shown = JSON.parse((await hallpass(['token', 'show', 'ci', '--json'])).stdout);
  assert.deepEqual(Object.keys(shown), fields);
  await hallpass(['token', 'create', 'b']);
  const listed = JSON.parse((await hallpass(['token', 'list', '--json'])).stdout);
  assert.deepEqual(listed[0], shown);
  const lines = (await hallpass(['token', 'list', '--jsonl'])).stdout.trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    listed,
  );
});

test('elsewhere than on a terminal a list has its fields between tabs, without a head', async (t) => {
  const { hallpass } = await clientStand(t);
  await hallpass(['token', 'create', 'ci', '--expires', '2099-01-31', '--read-only']);
  await hallpass(['token', 'create', 'ever']);
  const { stdout } = await hallpass(['token', 'list']);
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  assert.deepEqual(rows[0]?.slice(0, 6), ['ci', 'active', 'read', '2099-01-31T00:00:00.000Z', '', 'owner']);
  assert.deepEqual(rows[1]?.slice(0, 6), ['ever', 'active', 'write', '', '', 'owner']);
  for (const [flags, names] of [
    [['--access', 'read'], 'ci\n'],
    [['--search', 'eve'], 'ever\n'],
    [['--expires-before', '2100-01-01'], 'ci\n'],
    [['--unused-since', '1h'], 'ci\never\n'],
    [['--status', 'expired'], ''],
  ] as const) {
    const found = (await hallpass(['token', 'list', ...flags])).stdout.replace(/\t.*/g, '');
    assert.equal(found, names, flags.join(' '));
  }
});

test('update changes what it names and nothing else', async (t) => {
  const { hallpass, server } = await clientStand(t);
  await hallpass(['token', 'create', 'ci', '--expires', '2099-01-31', '--description', 'a']);
  const state = async (name: string) =>
    JSON.parse((await hallpass(['token', 'show', name, '--json'])).stdout);
  const before = await state('ci');
  assert.equal((await hallpass(['token', 'update', 'ci', '--read-only'])).code, 0);
  const after = await state('ci');
  assert.deepEqual(
    { ...after, write: true, updated_at: 0, revision: 0 },
    { ...before, updated_at: 0, revision: 0 },
  );
  const stale = await hallpass([
    'token',
    'update',
    'ci',
    '--write',
    '--if-revision',
    String(before.revision),
  ]);
  assert.equal(stale.code, 5);
  await hallpass(['token', 'update', 'ci', '--rename', 'ci-2', '--expires', 'never']);
  assert.equal((await state('ci-2')).expires_at, null);
  assert.equal((await hallpass(['token', 'disable', 'ci-2'])).code, 0);
  assert.equal((await state('ci-2')).status, 'inactive');
  assert.equal((await hallpass(['token', 'enable', 'ci-2'])).code, 0);
  assert.equal((await state('ci-2')).status, 'active');
  assert.equal((await hallpass(['token', 'update', 'ci-2'])).code, 2);
  assert.ok(server.log().length > 0);
});

test('delete asks for --yes where nobody can be asked, and does nothing before', async (t) => {
  const { hallpass } = await clientStand(t);
  await hallpass(['token', 'create', 'ci']);
  const asked = await hallpass(['token', 'delete', 'ci']);
  assert.deepEqual([asked.code, asked.stdout], [2, '']);
  assert.equal(asked.stderr, 'error: This cannot be undone: add --yes to do it without being asked.\n');
  assert.equal((await hallpass(['token', 'show', 'ci'])).code, 0);
  assert.equal((await hallpass(['token', 'delete', 'ci', '--yes'])).code, 0);
  assert.equal((await hallpass(['token', 'delete', 'ci', '--yes'])).code, 3);
});

test('verify ends with 0 for a valid token and with 10 for any other, without an operator key', async (t) => {
  const { hallpass, folder, server } = await clientStand(t);
  const value = (await hallpass(['token', 'create', 'ci', '--read-only'])).stdout;
  const env = { HALLPASS_KEY_FILE: '' };
  const verify = (words: string[], input: string) =>
    hallpass(['token', 'verify', '--token-stdin', ...words], { env, input });
  const valid = await verify([], value);
  assert.deepEqual(valid, { code: 0, stdout: 'valid: ci, may only read, never expires\n', stderr: '' });
  assert.deepEqual(await verify(['--write'], value), {
    code: 10,
    stdout: '',
    stderr: 'error: The token may read, but not write.\n',
  });
  await server.call('PATCH', '/_/token', { body: { name: 'ci', active: false } });
  for (const wrong of [value, '', 'x y\n', server.ownerKey, `${value}${value}`])
    assert.equal((await verify([], wrong)).code, 10);
  writeFileSync(join(folder, 'v'), value, { mode: 0o600 });
  const json = await hallpass(['token', 'verify', '--token-file', 'v', '--json'], { env });
  assert.deepEqual([json.code, JSON.parse(json.stdout)], [10, { valid: false, reason: 'not_valid' }]);
});

test('C75: names that hide characters are printed with them shown', async (t) => {
  const { hallpass, server } = await clientStand(t);
  for (const name of ['a\u200bb', '=cmd()', '<script>', '😀']) await server.admin.createToken({ name });
  const { stdout } = await hallpass(['token', 'list']);
  assert.deepEqual(stdout.replace(/\t.*/g, '').trimEnd().split('\n'), [
    'a\\u{200b}b',
    '=cmd()',
    '<script>',
    '😀',
  ]);
  const json = (await hallpass(['token', 'list', '--json'])).stdout;
  assert.ok(json.includes('"a\\u200bb"'));
  assert.equal(JSON.parse(json)[0].name, 'a\u200bb');
});

test('a number that looks like seconds is refused, with what it would be', async (t) => {
  const { hallpass } = await clientStand(t);
  const { code, stderr } = await hallpass(['token', 'create', 'ci', '--expires', '1893456000']);
  assert.equal(code, 2);
  assert.match(
    stderr,
    /^error: --expires: 1893456000 looks like seconds; in milliseconds it would be 1893456000000/,
  );
  assert.equal((await hallpass(['token', 'show', 'ci'])).code, 3);
});

test('what is missing is told, not asked, without a terminal', async (t) => {
  const { hallpass } = await clientStand(t);
  for (const [words, text] of [
    [['token', 'create'], 'Give the token a name: hallpass token create NAME.'],
    [['token', 'verify'], 'Give the token with --token-file FILE or --token-stdin.'],
    [['login'], 'Give the operator key with --key-file FILE, or - for standard input.'],
  ] as const) {
    const { code, stdout, stderr } = await hallpass(words);
    assert.deepEqual([code, stdout, stderr], [2, '', `error: ${text}\n`]);
  }
});

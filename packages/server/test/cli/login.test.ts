import assert from 'node:assert/strict';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { clientStand, runIn } from './stand.ts';

test('login keeps address and key where only the user can read them, and the other verbs use them', async (t) => {
  const { server, folder } = await clientStand(t);
  const hallpass = runIn(folder);
  const login = await hallpass(['login', '--url', server.url, '--key-file', '-'], { input: server.ownerKey });
  assert.deepEqual(login, {
    code: 0,
    stdout: '',
    stderr: `Logged in to ${server.url} as owner (owner), context default.\n`,
  });
  const file = join(folder, 'config/hallpass/contexts.json');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(statSync(join(folder, 'config/hallpass')).mode & 0o777, 0o700);
  const me = JSON.parse((await hallpass(['whoami', '--json'])).stdout);
  assert.deepEqual([me.url, me.context, me.operator.role], [server.url, 'default', 'owner']);
  assert.equal((await hallpass(['logout'])).code, 0);
  assert.ok(!readFileSync(file, 'utf8').includes('hpo_'));
  assert.equal((await hallpass(['whoami', '--url', server.url])).code, 4);
  assert.equal((await hallpass(['logout'])).code, 3);
});

test('the key of a context goes to the address of that context and to no other', async (t) => {
  const { server, folder } = await clientStand(t);
  const hallpass = runIn(folder);
  await hallpass(['login', '--url', server.url, '--key-file', '-'], { input: server.ownerKey });
  const other = await clientStand(t);
  for (const options of [
    { words: ['token', 'list', '--url', other.server.url], env: {} },
    { words: ['token', 'list'], env: { HALLPASS_URL: other.server.url } },
  ]) {
    const { code, stderr } = await hallpass(options.words, { env: options.env });
    assert.equal(code, 4);
    assert.match(stderr, /^error: No operator key for /);
  }
  assert.ok(!other.server.log().includes('/_/token'));
});

test('contexts are kept by name; HALLPASS_URL and HALLPASS_KEY win over the current one', async (t) => {
  const one = await clientStand(t);
  const two = await clientStand(t);
  const hallpass = runIn(one.folder);
  for (const [name, stand] of Object.entries({ one, two }))
    await hallpass(['login', '--context', name, '--url', stand.server.url, '--key-file', '-'], {
      input: stand.server.ownerKey,
    });
  const url = async (words: string[], env = {}) =>
    JSON.parse((await hallpass(['whoami', '--json', ...words], { env })).stdout).url;
  assert.equal(await url([]), two.server.url);
  assert.equal(await url(['--context', 'one']), one.server.url);
  const env = { HALLPASS_URL: one.server.url, HALLPASS_KEY: one.server.ownerKey };
  assert.equal(await url([], env), one.server.url);
  assert.equal((await hallpass(['login', '--context', 'one'])).code, 0);
  assert.equal(await url([]), one.server.url);
  assert.equal((await hallpass(['whoami', '--context', 'three'])).code, 3);
});

test('a wrong key is not kept, and no message repeats it', async (t) => {
  const { server, folder, env } = await clientStand(t);
  const hallpass = runIn(folder, { HALLPASS_URL: server.url });
  const unknown = 'hpo_000000000000000000000000000000';
  const token = (await runIn(folder, env)(['token', 'create', 'ci'])).stdout.trim();
  for (const [input, code] of [
    [server.ownerKey.replace(/1/, '2'), 2],
    [unknown, 2],
    [token, 2],
  ] as const) {
    const ended = await hallpass(['login', '--key-file', '-'], { input });
    assert.equal(ended.code, code);
    assert.ok(!ended.stderr.includes(input));
  }
  assert.equal((await hallpass(['whoami'])).code, 4);
});

test('a context file that others can read is warned about, a damaged one is told', async (t) => {
  const { server, folder } = await clientStand(t);
  const hallpass = runIn(folder);
  await hallpass(['login', '--url', server.url, '--key-file', '-'], { input: server.ownerKey });
  const file = join(folder, 'config/hallpass/contexts.json');
  chmodSync(file, 0o644);
  const warned = await hallpass(['whoami']);
  assert.equal(warned.code, 0);
  assert.match(warned.stderr, /^warning: .*contexts\.json can be read by other users; chmod 600 it\n$/);
  writeFileSync(file, `{"key": "${server.ownerKey}`);
  const damaged = await hallpass(['whoami']);
  assert.equal(damaged.code, 2);
  assert.match(damaged.stderr, /is damaged\. Remove it and log in again\.\n$/);
  assert.ok(!damaged.stderr.includes(server.ownerKey));
});

test('every operator can ask who it is, a verifier too', async (t) => {
  const { hallpass, folder } = await clientStand(t);
  for (const role of ['owner', 'manager', 'auditor', 'verifier']) {
    const key = (await hallpass(['operator', 'create', `the-${role}`, '--role', role])).stdout;
    writeFileSync(join(folder, role), key, { mode: 0o600 });
    const { stdout, code } = await hallpass(['whoami', '--key-file', role]);
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`^operator\tthe-${role}\nrole\t${role}\n`));
  }
  assert.equal((await hallpass(['token', 'list', '--key-file', 'verifier'])).code, 4);
});

test('the settings of the command line are no unknown settings to a server', async (t) => {
  const { hallpass } = await clientStand(t);
  const { code, stderr } = await hallpass(['config'], { env: { HALLPASS_KEY: 'x' } });
  assert.deepEqual([code, stderr], [0, '']);
});

test('contexts that cannot be kept, and keys that cannot be read, get one line', async (t) => {
  const { hallpass, folder } = await clientStand(t);
  writeFileSync(join(folder, 'file'), '');
  const kept = await hallpass(['login', '--key-file', 'data/owner.key'], {
    env: { XDG_CONFIG_HOME: '/proc' },
  });
  assert.equal(kept.code, 1);
  assert.match(kept.stderr, /^error: The contexts cannot be kept \([^\n]+\n$/);
  for (const words of [
    ['whoami', '--key-file', '.'],
    ['whoami', '--key-file', 'none'],
    ['token', 'verify', '--token-file', '.'],
    ['doctor', 'proxy', 'http://127.0.0.1:4', '--token-file', '.', '--read-only-token-file', '.'],
  ]) {
    const { code, stderr } = await hallpass(words);
    assert.equal(code, 2, words.join(' '));
    assert.match(stderr, /^error: [^\n]+ cannot be read[^\n]+\n$/);
  }
  const env = { XDG_CONFIG_HOME: join(folder, 'file') };
  assert.equal((await hallpass(['whoami'], { env })).code, 2);
});

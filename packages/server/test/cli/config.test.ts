import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { mint } from '@hallpass/core/token';
import { hallpass, inFolder } from './process.ts';

test('hallpass config shows every setting with its source, secrets masked', () =>
  inFolder(async (folder) => {
    const owner = mint('hpo_', randomBytes).reveal();
    const secretKey = randomBytes(32).toString('base64');
    const keyFile = join(folder, 'owner');
    writeFileSync(keyFile, `${owner}\n`, { mode: 0o600 });
    writeFileSync(join(folder, 'hallpass.json'), '{"host": "::1"}');
    const env = { PORT: '8080', HALLPASS_OWNER_KEY_FILE: keyFile, HALLPASS_SECRET_KEY: secretKey };
    const { code, stdout, stderr } = await hallpass(['config', '--reveal', 'never'], env, folder);
    assert.equal(stderr, '');
    assert.equal(code, 0);
    assert.match(stdout, /^SETTING +VALUE +SOURCE$/m);
    assert.match(stdout, /^port +8080 +PORT$/m);
    assert.match(stdout, /^host +::1 +hallpass\.json: host$/m);
    assert.match(stdout, /^reveal +never +--reveal$/m);
    assert.match(stdout, /^owner_key +\*+ +HALLPASS_OWNER_KEY_FILE$/m);
    assert.match(stdout, /^upstream +- +default$/m);
    assert.ok(!stdout.includes(owner) && !stdout.includes(secretKey));
  }));

test('hallpass config --json prints an array of name, value and source', async () => {
  const { code, stdout } = await hallpass(['config', '--json'], {
    HALLPASS_PROXY_SECRET: 'a-long-enough-secret',
  });
  assert.equal(code, 0);
  const settings: { name: string }[] = JSON.parse(stdout);
  const pick = (name: string) => settings.find((setting) => setting.name === name);
  assert.deepEqual(pick('port'), { name: 'port', value: '4255', source: 'default' });
  assert.deepEqual(pick('upstream'), { name: 'upstream', value: null, source: 'default' });
  assert.deepEqual(pick('proxy_secret'), {
    name: 'proxy_secret',
    value: '********',
    source: 'HALLPASS_PROXY_SECRET',
  });
});

test('a secret file that others can read is warned about on standard error', () =>
  inFolder(async (folder) => {
    const keyFile = join(folder, 'secret');
    writeFileSync(keyFile, randomBytes(32).toString('hex'));
    chmodSync(keyFile, 0o644);
    const { code, stderr } = await hallpass(['config', '--secret-key-file', 'secret'], {}, folder);
    assert.equal(stderr, 'warning: --secret-key-file: the file can be read by other users; chmod 600 it\n');
    assert.equal(code, 0);
  }));

for (const verb of ['serve', 'config'])
  test(`${verb} tells every wrong setting at once and ends with 2`, async () => {
    const env = {
      HALLPASS_UPSTREM: 'http://127.0.0.1:8080',
      HALLPASS_OWNER_KEY: 'correct-horse',
      HALLPASS_SECRET_KEY: 'battery-staple',
      HALLPASS_SECRET_KEY_FILE: 'x',
    };
    const { code, stdout, stderr } = await hallpass([verb, '--port', 'http'], env);
    assert.equal(code, 2);
    assert.equal(stdout, '');
    const lines = stderr.trimEnd().split('\n');
    assert.equal(lines[0], 'HALLPASS_UPSTREM: unknown; did you mean HALLPASS_UPSTREAM?');
    assert.equal(lines[1], '--port: must be a whole number from 0 to 65535 (0: any free port)');
    assert.match(lines[2] ?? '', /^HALLPASS_OWNER_KEY: must be an operator key/);
    assert.equal(lines[3], 'HALLPASS_SECRET_KEY and HALLPASS_SECRET_KEY_FILE: give one of them, not both');
    assert.equal(lines.length, 4);
    assert.ok(!stderr.includes('correct-horse') && !stderr.includes('battery-staple'));
  });

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { BIN, type Ended, start } from './process.ts';
import { clientStand, type Stand } from './stand.ts';

/** Runs a line of bash with `hallpass` in it; what it says comes on standard error. */
async function inBash({ folder, env }: Stand, line: string): Promise<Omit<Ended, 'stdout'>> {
  const script = `hallpass() { '${process.execPath}' '${BIN}' "$@"; }; ${line}`;
  const own = { PATH: process.env['PATH'], XDG_CONFIG_HOME: join(folder, 'config'), ...env };
  const child = spawn('bash', ['-c', script], { cwd: folder, env: own, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, 'close');
  return { code, stderr };
}

test('a value that was not taken is no success, and its maker hears how to come by it', async (t) => {
  const stand = await clientStand(t);
  for (const line of [
    'hallpass token create a > /dev/full',
    'hallpass token create b --json > /dev/full',
    'hallpass token value a > /dev/full',
    'hallpass token rotate a --yes > /dev/full',
    'hallpass token create c | true; exit $PIPESTATUS',
    'ulimit -f 0; trap "" XFSZ; hallpass token create d --output-file d.token',
  ]) {
    const { code, stderr } = await inBash(stand, line);
    assert.equal(code, 1, line);
    assert.match(
      stderr,
      /^error: The value could not be written \([^\n]+\)\. The token has it: [^\n]+\n$/,
      line,
    );
  }
  assert.ok(!existsSync(join(stand.folder, 'd.token')));
  assert.equal((await stand.hallpass(['token', 'value', 'c'])).code, 0);
  const operator = await inBash(stand, 'hallpass operator create o --role auditor > /dev/full');
  assert.equal(operator.code, 1);
  assert.match(operator.stderr, /delete it and make it again\.\n$/);
});

test('no value is made for a standard output that is closed', async (t) => {
  const stand = await clientStand(t);
  for (const words of ['token create a', 'token create a --json', 'operator create o --role auditor']) {
    const { code, stderr } = await inBash(stand, `hallpass ${words} >&-`);
    assert.equal(code, 1, words);
    assert.match(stderr, /^error: Standard output is closed, [^\n]+\n$/, words);
  }
  const { body } = await stand.server.call('GET', '/_/token');
  assert.equal(body.data.length, 0);
  assert.equal((await inBash(stand, 'hallpass token create a > /dev/null')).code, 0);
});

test('data that was not taken is no success, but a reader that has enough is no fault', async (t) => {
  const stand = await clientStand(t);
  for (let i = 0; i < 20; i++) await stand.server.admin.createToken({ name: `t${i}` });
  for (const words of [
    'token list',
    'token list --json',
    'whoami',
    '--help',
    '--version',
    'completion bash',
  ]) {
    const { code, stderr } = await inBash(stand, `hallpass ${words} > /dev/full`);
    assert.equal(code, 1, words);
    assert.match(stderr, /^error: Not all of it could be printed \(ENOSPC[^\n]+\n$/, words);
    const enough = await inBash(stand, `hallpass ${words} | true; exit $PIPESTATUS`);
    assert.deepEqual(enough, { code: 0, stderr: '' }, words);
  }
  assert.equal((await inBash(stand, 'hallpass token show none 2> /dev/full')).code, 3);
});

test('a list is printed in one form: --json and --jsonl at once are a mistake', async (t) => {
  const { hallpass } = await clientStand(t);
  for (const verb of ['token list', 'operator list', 'audit']) {
    const { code, stdout, stderr } = await hallpass([...verb.split(' '), '--json', '--jsonl']);
    assert.deepEqual([code, stdout], [2, ''], verb);
    assert.match(stderr, /cannot be used with option '--json/);
  }
});

test('audit --follow ends when its reader has gone', async (t) => {
  const { env, folder, server } = await clientStand(t);
  const following = start(BIN, ['audit', '--follow'], { ...env, XDG_CONFIG_HOME: folder }, folder);
  await following.printed('store.bootstrap');
  following.child.stdout.destroy();
  await server.admin.createToken({ name: 'later' });
  assert.equal((await following.ended).code, 0);
});

test('Ctrl-C or SIGTERM while the server takes its time leaves no empty file behind', async (t) => {
  const stand = await clientStand(t);
  const silent = createServer().listen(0, '127.0.0.1');
  t.after(() => silent.close().closeAllConnections());
  await once(silent, 'listening');
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const words = ['token', 'create', 'ci', '--output-file', 'ci.token', '--url', url];
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const { child, ended } = start(BIN, words, stand.env, stand.folder);
    await once(silent, 'request');
    assert.ok(existsSync(join(stand.folder, 'ci.token')));
    child.kill(signal);
    assert.equal((await ended).code, code);
    assert.ok(!existsSync(join(stand.folder, 'ci.token')));
  }
});

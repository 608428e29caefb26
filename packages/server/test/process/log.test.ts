import assert from 'node:assert/strict';
import { on } from 'node:events';
import { existsSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openTerminal } from '../cli/terminal.ts';
import { ask, OWNER_KEY } from './ask.ts';
import { smallDisk } from './disk.ts';
import { addressIn, place } from './place.ts';

const env = { HALLPASS_OWNER_KEY: OWNER_KEY };

test('C104: a log on a full disk keeps no request waiting, and goes on when there is room', async (t) => {
  const made = place(t);
  const disk = smallDisk(made);
  const file = join(made.data, 'log');
  const log = () => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  const folder = watch(made.data);
  const server = made.launch({ env, shell: `exec > '${file}'` });
  for await (const _ of on(folder, 'change')) if (log().includes('"msg":"ready"')) break;
  folder.close();
  const address = addressIn(log());
  const refused = () => ask(address, { path: '/_/token' });
  disk.fill({ ...server, address, ask: (question) => ask(address, question) });
  const lines = () => log().trimEnd().split('\n').length;
  const all = lines() + 200;
  for (let i = 0; i < 200; i++) assert.equal((await refused()).status, 401);
  assert.ok(lines() < all);
  disk.free({ ...server, address, ask: (question) => ask(address, question) });
  assert.equal((await refused()).status, 401);
  server.child.kill('SIGTERM');
  assert.equal((await server.ended).code, 0);
  assert.match(log(), /"msg":"stopped"\}\n$/);
});

test('a server whose log nobody reads any more goes on, and stops with 0', async (t) => {
  const server = await place(t).serve({ env });
  server.child.stdout?.destroy();
  for (let i = 0; i < 3; i++) assert.equal((await server.ask({ path: '/_/token' })).status, 401);
  server.child.kill('SIGTERM');
  assert.equal((await server.ended).code, 0);
});

test('a server whose terminal is paused answers all the same, and its log goes on with the terminal', async (t) => {
  const { data } = place(t);
  const socket = join(data, 'socket');
  const terminal = await openTerminal(t, env, 400);
  await terminal.type(`hallpass serve --data '${data}' --socket '${socket}'`);
  await terminal.until(/"msg":"ready"/);
  await terminal.press('C-s');
  const refused = () => ask(`unix:${socket}`, { path: '/_/token' });
  for (let i = 0; i < 1000; i++) assert.equal((await refused()).status, 401);
  await terminal.press('C-q');
  await terminal.until(/"path":"\/_\/token"/);
  await terminal.press('C-c');
  await terminal.until(/ended with 0/);
});

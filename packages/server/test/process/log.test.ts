import assert from 'node:assert/strict';
import { on } from 'node:events';
import { existsSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ask, OWNER_KEY } from './ask.ts';
import { smallDisk } from './disk.ts';
import { addressIn, place } from './place.ts';

const env = { HALLPASS_OWNER_KEY: OWNER_KEY };
const words = ['--log-level', 'debug'];

test('C104: a log on a full disk keeps no request waiting, and goes on when there is room', async (t) => {
  const made = place(t);
  const disk = smallDisk(made);
  const file = join(made.data, 'log');
  const log = () => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  const folder = watch(made.data);
  const server = made.launch({ words, env, shell: `exec > '${file}'` });
  for await (const _ of on(folder, 'change')) if (log().includes('"msg":"ready"')) break;
  folder.close();
  const address = addressIn(log());
  const refused = () => ask(address, { path: '/_/verify' });
  disk.fill({ ...server, address, ask: (question) => ask(address, question) });
  const before = log();
  for (let i = 0; i < 3; i++) assert.equal((await refused()).status, 401);
  assert.equal(log().trimEnd().split('\n').length, before.trimEnd().split('\n').length);
  disk.free({ ...server, address, ask: (question) => ask(address, question) });
  assert.equal((await refused()).status, 401);
  server.child.kill('SIGTERM');
  assert.equal((await server.ended).code, 0);
  assert.match(log(), /"msg":"stopped"\}\n$/);
});

test('a server whose log nobody reads any more goes on, and stops with 0', async (t) => {
  const server = await place(t).serve({ words, env });
  server.child.stdout?.destroy();
  for (let i = 0; i < 3; i++) assert.equal((await server.ask({ path: '/_/verify' })).status, 401);
  server.child.kill('SIGTERM');
  assert.equal((await server.ended).code, 0);
});

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { OWNER_KEY } from './ask.ts';
import { place } from './place.ts';

function modeOf(file: string): number {
  return statSync(file).mode & 0o777;
}

test('the first start makes both keys for its user alone and shows the owner key once', async (t) => {
  const { data, serve } = place(t);
  const first = await serve();
  const key = readFileSync(join(data, 'owner.key'), 'utf8').trim();
  assert.match(key, /^hpo_[0-9A-Za-z]{36}$/);
  assert.equal(modeOf(data), 0o700);
  for (const file of readdirSync(data)) assert.equal(modeOf(join(data, file)), 0o600, file);
  const said = first.output().split('\n');
  assert.deepEqual(
    said.filter((line) => line.includes(key)),
    [`  ${key}`],
  );
  assert.equal((await first.ask({ path: '/_/token', key })).status, 200);
  first.child.kill('SIGTERM');
  assert.equal((await first.ended).code, 0);

  const second = await serve();
  assert.ok(!second.output().includes('hpo_'));
  assert.equal((await second.ask({ path: '/_/token', key })).status, 200);
});

test('a first start that was killed at any point can be made again, and its owner key works', async (t) => {
  for (const file of ['hallpass.db.new', 'hallpass.db', 'secret.key', 'owner.key.new', 'owner.key'])
    await t.test(`killed when ${file} appeared`, async (t) => {
      const { data, launch, serve } = place(t);
      mkdirSync(data);
      const watcher = watch(data, (_event, name) => name === file && server.child.kill('SIGKILL'));
      const server = launch();
      await server.ended;
      watcher.close();

      const again = await serve();
      const key = readFileSync(join(data, 'owner.key'), 'utf8').trim();
      assert.equal((await again.ask({ path: '/_/token', key })).status, 200);
    });
});

test('a given owner key is written nowhere and printed nowhere', async (t) => {
  const { data, serve } = place(t);
  const server = await serve({ env: { HALLPASS_OWNER_KEY: OWNER_KEY } });
  assert.equal((await server.ask({ path: '/_/token', key: OWNER_KEY })).status, 200);
  assert.ok(!readdirSync(data).includes('owner.key'));
  server.child.kill('SIGTERM');
  const { stdout, stderr } = await server.ended;
  assert.ok(!`${stdout}${stderr}`.includes(OWNER_KEY));
  for (const file of readdirSync(data))
    assert.ok(!readFileSync(join(data, file), 'latin1').includes(OWNER_KEY));
});

test('a given owner key of the wrong form stops the start with 2, and nothing is made', async (t) => {
  const { folder, launch } = place(t);
  for (const key of [
    'secret',
    OWNER_KEY.slice(0, -1),
    `${OWNER_KEY.slice(0, -1)}1`,
    OWNER_KEY.replace('hpo_', 'hp_'),
  ]) {
    const { code, stdout, stderr } = await launch({ env: { HALLPASS_OWNER_KEY: key } }).ended;
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /^HALLPASS_OWNER_KEY: must be an operator key[^\n]*\n$/);
    assert.ok(!stderr.includes(key));
  }
  assert.deepEqual(readdirSync(folder), []);
});

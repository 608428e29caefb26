import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OWNER_KEY } from './ask.ts';
import { create, valueIn, verify } from './clients.ts';
import { smallDisk } from './disk.ts';
import { place } from './place.ts';

test('C104: on a full disk writes are 503 with Retry-After, checks go on, and it recovers alone', async (t) => {
  const made = place(t);
  const disk = smallDisk(made);
  const server = await made.serve({ env: { HALLPASS_OWNER_KEY: OWNER_KEY } });
  const value = valueIn(await create(server.address, 'before'));
  const wrong = `${value.slice(0, -1)}${value.endsWith('0') ? '1' : '0'}`;

  disk.fill(server);
  // What room the log has left is used up by the first few.
  const answers = [];
  while (answers.at(-1)?.status !== 503 && answers.length < 5000)
    answers.push(await create(server.address, `full-${answers.length}`));
  const refused = answers.pop();
  assert.ok(answers.every(({ status }) => status === 201));
  assert.equal(refused?.body.code, 'storage_unavailable');
  assert.match(String(refused?.headers['retry-after']), /^\d+$/);
  for (const method of ['PUT', 'PATCH', 'DELETE']) {
    const body = { name: 'before' };
    const answer = await server.ask({ method, path: '/_/token', key: OWNER_KEY, body });
    assert.equal(answer.status, 503, method);
    assert.ok(answer.headers['retry-after']);
  }
  assert.deepEqual(await verify(server.address, [value, wrong]), [200, 401]);
  assert.equal((await server.ask({ path: '/_/token', key: OWNER_KEY })).status, 200);
  assert.equal((await server.ask({ path: '/_/health/ready' })).status, 200);

  disk.free(server);
  const after = await create(server.address, 'after');
  assert.equal(after.status, 201);
  const list = await server.ask({ path: '/_/token', key: OWNER_KEY });
  const stored = list.body.data.map((record) => record['name']);
  assert.deepEqual(stored, ['before', ...answers.map((_, i) => `full-${i}`), 'after']);

  server.child.kill('SIGTERM');
  assert.equal((await server.ended).code, 0);
  const again = await made.serve({ env: { HALLPASS_OWNER_KEY: OWNER_KEY } });
  assert.deepEqual(await verify(again.address, [value, valueIn(after), wrong]), [200, 200, 401]);
});

test('C104: a server that is stopped on a full disk ends in time, and loses nothing it acknowledged', async (t) => {
  const made = place(t);
  const disk = smallDisk(made);
  const server = await made.serve({ env: { HALLPASS_OWNER_KEY: OWNER_KEY } });
  const value = valueIn(await create(server.address, 'before'));
  disk.fill(server);
  server.child.kill('SIGTERM');
  const { code, stderr } = await server.ended;
  // Whether the log still fits into the main file is the disk's to say; it is kept otherwise.
  assert.ok(code === 0 || code === 23, String(code));
  assert.match(stderr, /^([^\n]+\n)?$/);
  disk.free(server);
  const again = await made.serve({ env: { HALLPASS_OWNER_KEY: OWNER_KEY } });
  assert.deepEqual(await verify(again.address, [value]), [200]);
});

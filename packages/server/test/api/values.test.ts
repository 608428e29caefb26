import assert from 'node:assert/strict';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { startServer } from '../server.js';

const OTHER_KEY = Buffer.alloc(32, 7).toString('base64');

describe('values', () => {
  it('--reveal never keeps no copy: the value is shown at creation and then 409', async (t) => {
    const server = await startServer(t, { reveal: 'never' });
    const { record } = await server.admin.createToken({ name: 'a' });
    assert.match(String(record.token), /^hp_/);
    const answer = await server.call('GET', '/_/token/value?name=a');
    assert.deepEqual([answer.status, answer.body.code], [409, 'value_not_held']);
    assert.equal(existsSync(`${server.data}/secret.key`), false);
    assert.equal((await server.call('GET', '/_/verify/read', { key: String(record.token) })).status, 200);
  });

  it('without its secret key the server does everything but show a value, and says what to do', async (t) => {
    const server = await startServer(t);
    const { record } = await server.admin.createToken({ name: 'a' });
    await server.stop();
    rmSync(`${server.data}/secret.key`);
    const locked = await startServer(t, { data: server.data });
    assert.match(locked.log(), /secret key is missing/);
    const value = await locked.call('GET', '/_/token/value?name=a');
    assert.deepEqual([value.status, value.body.code], [503, 'secret_key_missing']);
    assert.equal((await locked.call('GET', '/_/verify/read', { key: String(record.token) })).status, 200);
    await locked.admin.createToken({ name: 'b' });
    assert.equal((await locked.call('GET', '/_/token/value?name=b')).body.code, 'value_not_held');
    assert.equal(existsSync(`${server.data}/secret.key`), false);
  });

  it('a create that is repeated where values are shown no more is answered without its value', async (t) => {
    const server = await startServer(t);
    const options = { idempotencyKey: 'one' };
    const { record } = await server.admin.createToken({ name: 'a' }, options);
    await server.stop();
    const silent = await startServer(t, { data: server.data, reveal: 'never' });
    const again = await silent.admin.createToken({ name: 'a' }, options);
    assert.deepEqual(again.record, { ...record, token: null });
  });

  it('another secret key than the one that sealed the values stops the start', async (t) => {
    const server = await startServer(t);
    await server.admin.createToken({ name: 'a' });
    await server.stop();
    await assert.rejects(
      startServer(t, { data: server.data, secretKey: OTHER_KEY }),
      /secret key is not the one/,
    );
    writeFileSync(`${server.data}/secret.key`, `${OTHER_KEY}\n`);
    await assert.rejects(startServer(t, { data: server.data }), /secret key is not the one/);
    writeFileSync(`${server.data}/secret.key`, 'short\n');
    await assert.rejects(startServer(t, { data: server.data }), /does not hold a key/);
  });

  it('a given secret key is used and written nowhere', async (t) => {
    const server = await startServer(t, { secretKey: OTHER_KEY });
    const { record } = await server.admin.createToken({ name: 'a' });
    assert.equal(await server.admin.tokenValue('a'), record.token);
    assert.equal(existsSync(`${server.data}/secret.key`), false);
  });
});

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ask, bytesOf } from '../http/raw-client.js';
import { startServer } from '../server.js';

it('C85: a cookie opens nothing, whatever Origin and Host come with it', async (t) => {
  const server = await startServer(t);
  const token = String((await server.admin.createToken({ name: 'a' })).record.token);
  const port = Number(new URL(server.url).port);
  const before = (await server.call('GET', '/_/token')).text;
  for (const value of [server.ownerKey, token]) {
    for (const lines of [
      [],
      ['Origin: https://evil.test'],
      [`Origin: ${server.url}`, 'Sec-Fetch-Site: cross-site'],
    ]) {
      const cookie = `Cookie: hallpass=${value}; session=${value}; token=${value}; Authorization=Bearer ${value}`;
      for (const target of ['/_/token', '/_/operator', '/_/audit', '/_/metrics', '/_/verify'])
        assert.equal((await ask(t, port, bytesOf('GET', target, [cookie, ...lines]))).status, 401, target);
      const create = await ask(t, port, bytesOf('POST', '/_/token', [cookie, ...lines], '{"name":"b"}'));
      assert.equal(create.status, 401);
      assert.ok(!create.headers.some((name) => /^access-control-/i.test(name)));
    }
  }
  assert.equal((await server.call('GET', '/_/token')).text, before);
});

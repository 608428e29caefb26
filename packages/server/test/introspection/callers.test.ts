import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Answer, OWNER_KEY, startServer } from '../server.js';
import { basic, bearer, newToken, post } from './forms.js';

const WRONG_KEY = 'hpo_1111111111111111111111111111114SunM1';

function errorOf(answer: Answer): readonly [number, string, string | null] {
  const { error } = JSON.parse(answer.text) as { error: string };
  return [answer.status, error, answer.headers.get('www-authenticate')];
}

const BASIC = 'Basic realm="hallpass", charset="UTF-8"';
const BEARER = 'Bearer realm="hallpass"';

describe('callers of introspection', () => {
  it('C123: without authentication it is 401 invalid_client, naming every scheme', async (t) => {
    const server = await startServer(t);
    for (const fields of [{ token: 'x' }, { token: 'x', client_id: 'owner' }]) {
      const answer = await post(server, '/_/introspect', fields);
      assert.deepEqual(errorOf(answer), [401, 'invalid_client', `${BASIC}, ${BEARER}`]);
      assert.equal(answer.headers.get('cache-control'), 'no-store');
      assert.match(answer.headers.get('content-type') ?? '', /^application\/json(;|$)/);
    }
  });

  it('verifiers and owners may ask, by Bearer, by Basic with name or id, or in the body', async (t) => {
    const server = await startServer(t);
    const token = await newToken(server, 'a');
    for (const role of ['verifier', 'owner'] as const) {
      const { record } = await server.admin.createOperator({ name: `the ${role}: 50 % + ü`, role });
      const { name, id, key } = record;
      const ways: readonly (readonly [Record<string, string>, Record<string, string>])[] = [
        [bearer(key), {}],
        [basic(name, key), {}],
        [basic(id, key), {}],
        [basic(name.normalize('NFD'), key), {}],
        [{}, { client_id: name, client_secret: key }],
        [basic(id, key), { client_id: 'looked', client_secret: 'past' }],
      ];
      for (const [headers, fields] of ways) {
        const answer = await post(server, '/_/introspect', { token, ...fields }, headers);
        assert.equal(answer.status, 200, JSON.stringify([headers, fields]));
      }
    }
  });

  it('a wrong key is 401 invalid_client in the scheme that was tried', async (t) => {
    const server = await startServer(t);
    const token = await newToken(server, 'a');
    for (const key of [WRONG_KEY, 'nonsense', token]) {
      const byBearer = await post(server, '/_/introspect', { token }, bearer(key));
      assert.deepEqual(errorOf(byBearer), [401, 'invalid_client', `${BEARER}, error="invalid_token"`]);
      const byBasic = await post(server, '/_/introspect', { token }, basic('owner', key));
      assert.deepEqual(errorOf(byBasic), [401, 'invalid_client', BASIC]);
      const inBody = await post(server, '/_/introspect', { token, client_id: 'owner', client_secret: key });
      assert.deepEqual(errorOf(inBody), [401, 'invalid_client', `${BASIC}, ${BEARER}`]);
    }
  });

  it('a right key under a wrong name is a wrong key', async (t) => {
    const server = await startServer(t);
    const { record } = await server.admin.createOperator({ name: 'gateway', role: 'verifier' });
    for (const name of ['owner', 'Gateway', '', 'gateway ', record.key]) {
      const answer = await post(server, '/_/introspect', { token: 'x' }, basic(name, record.key));
      assert.equal(answer.status, 401, name);
    }
    const nameless = await post(server, '/_/introspect', { token: 'x', client_secret: record.key });
    assert.equal(nameless.status, 401);
  });

  it('a Basic header that cannot be read is a wrong key', async (t) => {
    const server = await startServer(t);
    const encode = (text: string) => Buffer.from(text, 'latin1').toString('base64');
    const values = [
      '',
      '!',
      'a b',
      encode('owner'),
      encode(`%ff:${OWNER_KEY}`),
      encode(`owner%:${OWNER_KEY}`),
    ];
    for (const value of values) {
      const answer = await post(server, '/_/introspect', { token: 'x' }, { Authorization: `Basic ${value}` });
      assert.deepEqual(errorOf(answer), [401, 'invalid_client', BASIC], value);
    }
  });

  it('a malformed Bearer header is 400 invalid_request', async (t) => {
    const server = await startServer(t);
    const answer = await post(server, '/_/introspect', { token: 'x' }, bearer('two words'));
    assert.deepEqual(errorOf(answer), [400, 'invalid_request', null]);
  });

  it('other roles are 403, and that they tried is on record', async (t) => {
    const server = await startServer(t);
    const token = await newToken(server, 'a');
    for (const role of ['manager', 'auditor'] as const) {
      const { record } = await server.admin.createOperator({ name: role, role });
      const byBearer = await post(server, '/_/introspect', { token }, bearer(record.key));
      const challenge = `${BEARER}, error="insufficient_scope"`;
      assert.deepEqual(errorOf(byBearer), [403, 'insufficient_scope', challenge]);
      const byBasic = await post(server, '/_/introspect', { token }, basic(role, record.key));
      assert.deepEqual(errorOf(byBasic), [403, 'insufficient_scope', BASIC]);
      const [last] = (await server.call('GET', '/_/audit?limit=1')).body.data;
      assert.deepEqual(
        [last?.['actor'], last?.['action'], last?.['outcome']],
        [role, 'token.introspect', 'insufficient_scope'],
      );
    }
  });

  it('an operator who was disabled or removed is nobody from then on', async (t) => {
    const server = await startServer(t);
    const { record } = await server.admin.createOperator({ name: 'gateway', role: 'verifier' });
    const status = async () =>
      (await post(server, '/_/introspect', { token: 'x' }, basic('gateway', record.key))).status;
    assert.equal(await status(), 200);
    await server.admin.changeOperator('gateway', { active: false });
    assert.equal(await status(), 401);
    await server.admin.changeOperator('gateway', { active: true });
    assert.equal(await status(), 200);
    await server.admin.deleteOperator('gateway');
    assert.equal(await status(), 401);
  });
});

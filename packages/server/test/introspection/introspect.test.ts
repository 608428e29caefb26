import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OWNER_KEY, recordOf, startServer } from '../server.js';
import { bearer, introspect, newToken, post } from './forms.js';

const INACTIVE = '{"active":false}';
const END = 4_102_444_800_999;

describe('introspection', () => {
  it('tells all there is to know of a valid token, with times in whole seconds', async (t) => {
    const server = await startServer(t);
    const made = await server.call('POST', '/_/token', {
      body: { name: 'lager 倉庫', expiration_date: END, write: true },
    });
    const { id, token, created_at } = recordOf(made);
    const answer = await post(server, '/_/introspect', { token: String(token) }, bearer(OWNER_KEY));
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.match(answer.headers.get('content-type') ?? '', /^application\/json(;|$)/);
    assert.deepEqual(JSON.parse(answer.text), {
      active: true,
      scope: 'read write',
      client_id: id,
      sub: id,
      username: 'lager 倉庫',
      token_type: 'Bearer',
      iat: Math.floor(Number(created_at) / 1000),
      exp: 4_102_444_800,
      jti: id,
      iss: `${server.url}/_`,
    });
  });

  it('leaves exp out when there is none, and gives a read-only token the scope read', async (t) => {
    const server = await startServer(t);
    const answer = await introspect(server, await newToken(server, 'a', { write: false }));
    assert.ok(!('exp' in answer));
    assert.equal(answer['scope'], 'read');
  });

  it('C120: every token that is not valid gets the same bytes', async (t) => {
    const server = await startServer(t);
    const expired = await newToken(server, 'expired', { expiration_date: 1_632_960_000_000 });
    const inactive = await newToken(server, 'inactive');
    await server.admin.changeToken('inactive', { active: false });
    const removed = await newToken(server, 'removed');
    await server.admin.deleteToken('removed');
    const valid = await newToken(server, 'valid');
    const tokens = {
      expired,
      inactive,
      removed,
      unknown: 'hp_1111111111111111111111111111114SunM0',
      foreign: OWNER_KEY,
      otherPrefix: `gh${valid.slice(1)}`,
      checksum: `${valid.slice(0, -1)}${valid.endsWith('0') ? '1' : '0'}`,
      spaced: ` ${valid}`,
      malformed: '\0\r\n"{}ü倉',
      long: 'hp_'.padEnd(60_000, 'x'),
    };
    for (const [state, token] of Object.entries(tokens)) {
      const answer = await post(server, '/_/introspect', { token }, bearer(OWNER_KEY));
      assert.deepEqual([answer.status, answer.text], [200, INACTIVE], state);
      assert.match(answer.headers.get('content-type') ?? '', /^application\/json(;|$)/);
    }
  });

  it('follows every change at once', async (t) => {
    const server = await startServer(t);
    const token = await newToken(server, 'a');
    assert.equal((await introspect(server, token))['active'], true);
    await server.admin.changeToken('a', { active: false });
    assert.deepEqual(await introspect(server, token), { active: false });
    await server.admin.changeToken('a', { active: true, write: false, new_name: 'b' });
    const { scope, username } = await introspect(server, token);
    assert.deepEqual([scope, username], ['read', 'b']);
  });

  it('C121: GET is 405', async (t) => {
    const server = await startServer(t);
    const answer = await server.call('GET', `/_/introspect?token=${await newToken(server, 'a')}`);
    assert.deepEqual([answer.status, answer.headers.get('allow')], [405, 'POST']);
  });

  it('C122: JSON is 415, and so is a body of no stated type', async (t) => {
    const server = await startServer(t);
    const token = await newToken(server, 'a');
    for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x', '']) {
      const answer = await post(server, '/_/introspect', JSON.stringify({ token }), {
        ...bearer(OWNER_KEY),
        'Content-Type': type,
      });
      assert.deepEqual([answer.status, answer.body.code], [415, 'unsupported_media_type'], type);
    }
  });

  it('C124: a wrong hint, and whatever else a client adds, changes nothing', async (t) => {
    const server = await startServer(t);
    const token = await newToken(server, 'a');
    const plain = await introspect(server, token);
    for (const more of [{ token_type_hint: 'refresh_token' }, { token_type_hint: '' }, { scope: 'admin' }]) {
      const answer = await post(server, '/_/introspect', { token, ...more }, bearer(OWNER_KEY));
      assert.deepEqual(JSON.parse(answer.text), plain);
    }
  });

  it('a form without a token, or with a parameter twice, is 400 invalid_request', async (t) => {
    const server = await startServer(t);
    const token = await newToken(server, 'a');
    const bodies = [
      '',
      'token=',
      'tokens=x',
      `token=${token}&token=${token}`,
      `token=x&a=1&a=2`,
      `token=x&token`,
    ];
    for (const body of bodies) {
      const answer = await post(server, '/_/introspect', body, bearer(OWNER_KEY));
      assert.equal(answer.status, 400, body);
      assert.equal((JSON.parse(answer.text) as { error: string }).error, 'invalid_request');
      assert.ok(!answer.text.includes(token));
    }
  });

  it('an encoded or overlong body is refused', async (t) => {
    const server = await startServer(t);
    const long = await post(server, '/_/introspect', `token=${'x'.repeat(65_536)}`, bearer(OWNER_KEY));
    assert.equal(long.status, 413);
    const encoding = { ...bearer(OWNER_KEY), 'Content-Encoding': 'gzip' };
    assert.equal((await post(server, '/_/introspect', 'token=x', encoding)).status, 415);
  });

  it('counts as a use, and as a check at its own door', async (t) => {
    const server = await startServer(t);
    await introspect(server, await newToken(server, 'a'));
    await introspect(server, 'nonsense');
    const { text } = await server.call('GET', '/_/metrics');
    assert.match(text, /hallpass_checks_total\{door="introspection",result="allow"\} 1\n/);
    assert.match(text, /hallpass_checks_total\{door="introspection",result="checksum"\} 1\n/);
  });

  it('leaves no token in the log', async (t) => {
    const server = await startServer(t);
    const token = await newToken(server, 'a');
    await introspect(server, token);
    await post(server, `/_/introspect?token=${token}`, `token=${token}&token=${token}`);
    await post(server, '/_/revoke', { token });
    assert.ok(!server.log().includes(token));
  });
});

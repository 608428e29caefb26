import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OWNER_KEY, recordOf, startServer } from '../server.js';
import { bearer, introspect, newToken, post } from './forms.js';

describe('revocation', () => {
  it('whoever holds a value can end it, at every door at once', async (t) => {
    const server = await startServer(t);
    const token = await newToken(server, 'a');
    assert.equal((await server.call('GET', '/_/verify/read', { key: token })).status, 200);
    const answer = await post(server, '/_/revoke', { token, token_type_hint: 'access_token' });
    assert.deepEqual([answer.status, answer.text], [200, '']);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.equal((await server.call('GET', '/_/verify/read', { key: token })).status, 401);
    assert.deepEqual(await introspect(server, token), { active: false });
  });

  it('the token stays on the list as inactive, and only an operator can take it back', async (t) => {
    const server = await startServer(t);
    const before = recordOf(await server.call('POST', '/_/token', { body: { name: 'a' } }));
    const token = String(before['token']);
    await newToken(server, 'other');
    await post(server, '/_/revoke', { token });
    const listed = (await server.call('GET', '/_/token')).body.data;
    assert.deepEqual(
      listed.map(({ name, status }) => [name, status]),
      [
        ['a', 'inactive'],
        ['other', 'active'],
      ],
    );
    await server.admin.changeToken('a', { active: true });
    assert.equal((await introspect(server, token))['active'], true);
  });

  it('is on record once, with where it came from and without the value', async (t) => {
    const server = await startServer(t);
    const token = await newToken(server, 'a');
    for (let i = 0; i < 3; i++) await post(server, '/_/revoke', { token });
    const { text, body } = await server.call('GET', '/_/audit');
    assert.ok(!text.includes(token));
    const entries = body.data.filter(({ action }) => action === 'token.revoke');
    assert.equal(entries.length, 1);
    const { actor, actor_id, target_name, outcome, address, detail, request_id } = entries[0] ?? {};
    assert.deepEqual(
      [actor, actor_id, target_name, outcome, address, detail],
      ['bearer', null, 'a', 'done', '127.0.0.1', { active: [true, false] }],
    );
    assert.ok(request_id);
  });

  it('says what is wrong with the query, when that is what is wrong', async (t) => {
    const server = await startServer(t);
    const token = await newToken(server, 'a');
    for (const [query, description] of [
      ['wait=0', 'Correct the query: wait must be a whole number of milliseconds from 1 to 30000.'],
      ['x=1', 'Correct the query: x is not a known field.'],
    ]) {
      const answer = await post(server, `/_/revoke?${query}`, { token });
      assert.equal(answer.status, 400);
      assert.deepEqual(JSON.parse(answer.text), { error: 'invalid_request', error_description: description });
    }
  });

  it('is done once when many ask at the same time, and all are told that it is done', async (t) => {
    const server = await startServer(t);
    const token = await newToken(server, 'a');
    const answers = await Promise.all(Array.from({ length: 9 }, () => post(server, '/_/revoke', { token })));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    const { body } = await server.call('GET', '/_/audit');
    const done = body.data.filter(({ action, outcome }) => action === 'token.revoke' && outcome === 'done');
    assert.equal(done.length, 1);
  });

  it('C126: a token nobody knows gets the same answer, and nothing happens', async (t) => {
    const server = await startServer(t);
    const valid = await newToken(server, 'a');
    const before = (await server.call('GET', '/_/audit')).text;
    const tokens = ['hp_1111111111111111111111111111114SunM0', 'nonsense', valid.toLowerCase(), ` ${valid}`];
    for (const token of tokens) {
      const answer = await post(server, '/_/revoke', { token });
      assert.deepEqual([answer.status, answer.text], [200, ''], token);
    }
    assert.equal((await server.call('GET', '/_/audit')).text, before);
    assert.equal((await introspect(server, valid))['active'], true);
  });

  it('an operator key cannot be revoked here', async (t) => {
    const server = await startServer(t);
    assert.equal((await post(server, '/_/revoke', { token: OWNER_KEY })).status, 200);
    assert.equal((await server.call('GET', '/_/operator')).status, 200);
  });

  it('credentials are neither needed nor looked at', async (t) => {
    const server = await startServer(t);
    const all = [bearer('nonsense'), bearer(OWNER_KEY), { Authorization: 'Basic !' }];
    for (const [i, headers] of all.entries()) {
      const token = await newToken(server, `token ${i}`);
      assert.equal((await post(server, '/_/revoke', { token }, headers)).status, 200);
      assert.deepEqual(await introspect(server, token), { active: false });
    }
  });

  it('an expired token that is revoked stays dead when somebody extends it', async (t) => {
    const server = await startServer(t);
    const token = await newToken(server, 'a', { expiration_date: 1_632_960_000_000 });
    await post(server, '/_/revoke', { token });
    await server.admin.changeToken('a', { expiration_date: null });
    assert.deepEqual(await introspect(server, token), { active: false });
  });

  it('is still revoked after a restart', async (t) => {
    const first = await startServer(t);
    const token = await newToken(first, 'a');
    await post(first, '/_/revoke', { token });
    await first.stop();
    assert.deepEqual(await introspect(await startServer(t, { data: first.data }), token), { active: false });
  });

  it('wants a POST with a form with a token', async (t) => {
    const server = await startServer(t);
    const token = await newToken(server, 'a');
    assert.equal((await server.call('GET', `/_/revoke?token=${token}`)).status, 405);
    const json = { 'Content-Type': 'application/json' };
    assert.equal((await post(server, '/_/revoke', JSON.stringify({ token }), json)).status, 415);
    for (const body of ['', 'token=', `token=${token}&token=${token}`]) {
      const answer = await post(server, '/_/revoke', body);
      assert.equal(answer.status, 400);
      assert.equal((JSON.parse(answer.text) as { error: string }).error, 'invalid_request');
    }
    assert.equal((await introspect(server, token))['active'], true);
  });
});

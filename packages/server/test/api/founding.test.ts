import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { recordOf, startServer } from '../server.js';

/** The example body of the founding document, to the letter. */
const EXAMPLE = `{
"name": "example",
"expiration_date": 1632960000000,
"active": true,
"write": true
}`;

describe('the founding document', () => {
  it('takes its POST example as printed, and says that the date is past', async (t) => {
    const server = await startServer(t);
    const answer = await server.call('POST', '/_/token', { raw: EXAMPLE });
    assert.equal(answer.status, 201);
    const record = recordOf(answer);
    assert.equal(record['name'], 'example');
    assert.equal(record['expiration_date'], 1632960000000);
    assert.equal(record['status'], 'expired');
    assert.match(String(record['token']), /^hp_[0-9A-Za-z]{36}$/);
    assert.equal(answer.body.warnings?.[0]?.field, 'expiration_date');
  });

  it('takes its PUT example as printed', async (t) => {
    const server = await startServer(t);
    await server.admin.createToken({ name: 'example' });
    const answer = await server.call('PUT', '/_/token', { raw: EXAMPLE });
    assert.equal(answer.status, 200);
    assert.equal(recordOf(answer)['expiration_date'], 1632960000000);
    assert.equal(answer.body.warnings?.length, 1);
  });

  it('takes its GET value example as printed', async (t) => {
    const server = await startServer(t);
    const { record } = await server.admin.createToken({ name: 'example' });
    const answer = await server.call('GET', '/_/token/value?name=example');
    assert.equal(answer.text, `{"data":[{"token":"${record.token}"}]}`);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
  });

  it('reads a body as JSON whatever its Content-Type says, as curl -d sends another', async (t) => {
    const server = await startServer(t);
    const types = [
      'application/x-www-form-urlencoded',
      '',
      'json',
      ';;;',
      'application/json, text/plain',
      'text/plain; charset="',
    ];
    for (const type of types) {
      const headers = { 'Content-Type': type };
      const body = { name: `sent as ${type}!` };
      const made = await server.call('POST', '/_/token', { body, headers });
      assert.equal(made.status, 201, type);
      assert.equal((await server.call('DELETE', '/_/token', { body, headers })).status, 200, type);
    }
  });

  it('gives a record all its fields, and never the value', async (t) => {
    const server = await startServer(t);
    const { record: made } = await server.admin.createToken({ name: 'example' });
    const list = await server.call('GET', '/_/token');
    assert.deepEqual(Object.keys(recordOf(list)).sort(), [
      'active',
      'created_at',
      'created_by',
      'description',
      'expiration_date',
      'expires_at',
      'former_values',
      'hint',
      'id',
      'last_used_at',
      'name',
      'revision',
      'status',
      'updated_at',
      'write',
    ]);
    assert.equal(recordOf(list)['hint'], `hp_…${String(made.token).slice(-4)}`);
    assert.ok(!list.text.includes(String(made.token)));
  });

  it('lists all records in the order of creation', async (t) => {
    const server = await startServer(t);
    for (const name of ['c', 'a', 'b']) await server.admin.createToken({ name });
    const list = await server.call('GET', '/_/token');
    assert.deepEqual(
      list.body.data.map((record) => record['name']),
      ['c', 'a', 'b'],
    );
    assert.equal('next_cursor' in list.body, false);
  });

  it('refuses a name that is taken with 409, and changes nothing', async (t) => {
    const server = await startServer(t);
    const { record } = await server.admin.createToken({ name: 'once', write: false });
    const again = await server.call('POST', '/_/token', { body: { name: 'once' } });
    assert.equal(again.status, 409);
    assert.equal(again.body.code, 'name_taken');
    const { token, ...stored } = record;
    assert.deepEqual(recordOf(await server.call('GET', '/_/token')), stored);
    assert.equal(await server.admin.tokenValue('once'), token);
  });

  it('PUT replaces: what is left out takes its default, and the value stays', async (t) => {
    const server = await startServer(t);
    const { record } = await server.admin.createToken({
      name: 'a',
      active: false,
      write: false,
      expiration_date: 4102444800000,
    });
    const answer = await server.call('PUT', '/_/token', { body: { name: 'a' } });
    const after = recordOf(answer);
    assert.deepEqual([after['active'], after['write'], after['expires_at']], [true, true, null]);
    assert.equal(await server.admin.tokenValue('a'), record.token);
  });

  it('C31: without an expiry, expiration_date reads as updated_at now and after every later change', async (t) => {
    const server = await startServer(t);
    await server.admin.createToken({ name: 'a' });
    const changes = [
      () => server.call('PATCH', '/_/token', { body: { name: 'a', write: false } }),
      () => server.call('PUT', '/_/token', { body: { name: 'a', expiration_date: null } }),
      () => server.call('PATCH', '/_/token', { body: { name: 'a', description: 'x' } }),
    ];
    for (const change of changes) {
      const record = recordOf(await change());
      assert.equal(record['expiration_date'], record['updated_at']);
      assert.equal(record['expires_at'], null);
      assert.equal(record['status'], 'active');
    }
  });

  it('C34: a removed name made again is another token, and the old value stays dead', async (t) => {
    const server = await startServer(t);
    const first = await server.admin.createToken({ name: 'a' });
    await server.admin.deleteToken('a');
    const second = await server.admin.createToken({ name: 'a' });
    const verify = (token: unknown) => server.call('GET', '/_/verify/read', { key: String(token) });
    assert.notEqual(first.record.id, second.record.id);
    assert.equal((await verify(first.record.token)).status, 401);
    assert.equal((await verify(second.record.token)).status, 200);
  });

  it('C35: a token is removed once: 200 with the record as it was, then 404', async (t) => {
    const server = await startServer(t);
    const { record } = await server.admin.createToken({ name: 'a' });
    const first = await server.call('DELETE', '/_/token', { body: { name: 'a' } });
    assert.equal(recordOf(first)['id'], record.id);
    const second = await server.call('DELETE', '/_/token', { body: { name: 'a' } });
    assert.deepEqual([second.status, second.body.code], [404, 'token_not_found']);
  });

  it('DELETE takes the name in the query as well, and refuses two that differ', async (t) => {
    const server = await startServer(t);
    for (const name of ['a', 'b', 'c']) await server.admin.createToken({ name });
    assert.equal((await server.call('DELETE', '/_/token?name=a')).status, 200);
    assert.equal((await server.call('DELETE', '/_/token?name=b', { body: { name: 'b' } })).status, 200);
    assert.equal((await server.call('DELETE', '/_/token?name=c', { body: { name: 'b' } })).status, 400);
    assert.equal((await server.call('DELETE', '/_/token')).status, 400);
    const left = (await server.call('GET', '/_/token')).body.data.map((record) => record['name']);
    assert.deepEqual(left, ['c']);
  });

  it('answers 404 for an unknown name on PUT, PATCH, DELETE and value', async (t) => {
    const server = await startServer(t);
    for (const [method, path] of [
      ['PUT', '/_/token'],
      ['PATCH', '/_/token'],
      ['DELETE', '/_/token'],
    ] as const) {
      assert.equal(
        (await server.call(method, path, { body: { name: 'nobody' } })).body.code,
        'token_not_found',
      );
    }
    assert.equal((await server.call('GET', '/_/token/value?name=nobody')).status, 404);
  });
});

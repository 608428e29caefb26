import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { mint } from '@hallpass/core/token';
import { bearer, bytesOf, RawClient } from '../http/raw-client.js';
import { recordOf, startServer, type TestServer } from '../server.js';

type Role = 'owner' | 'manager' | 'auditor' | 'verifier';

const OTHER_OWNER_KEY = mint('hpo_', randomBytes).reveal();

async function keyOf(server: TestServer, name: string, role: Role): Promise<string> {
  return (await server.admin.createOperator({ name, role })).record.key;
}

describe('operators', () => {
  it('each role may do what the contract says, and nothing else', async (t) => {
    const server = await startServer(t);
    await server.admin.createToken({ name: 'there' });
    const calls: readonly (readonly [string, string, unknown, readonly Role[]])[] = [
      ['POST', '/_/token', { name: '' }, ['owner', 'manager']],
      ['GET', '/_/token', undefined, ['owner', 'manager', 'auditor']],
      ['GET', '/_/token?limit=1', undefined, ['owner', 'manager', 'auditor']],
      ['PUT', '/_/token', { name: 'there' }, ['owner', 'manager']],
      ['PATCH', '/_/token', { name: 'there' }, ['owner', 'manager']],
      ['DELETE', '/_/token', { name: 'gone' }, ['owner', 'manager']],
      ['GET', '/_/token/value?name=there', undefined, ['owner', 'manager']],
      ['GET', '/_/audit', undefined, ['owner', 'manager', 'auditor']],
      ['GET', '/_/operator', undefined, ['owner']],
      ['POST', '/_/operator', { name: '', role: 'verifier' }, ['owner']],
      ['PATCH', '/_/operator', { name: 'nobody' }, ['owner']],
      ['DELETE', '/_/operator', { name: 'nobody' }, ['owner']],
      ['GET', '/_/metrics', undefined, ['owner', 'manager', 'auditor', 'verifier']],
    ];
    for (const role of ['owner', 'manager', 'auditor', 'verifier'] as const) {
      const key = await keyOf(server, `the ${role}`, role);
      for (const [method, path, body, allowed] of calls) {
        const answer = await server.call(method, path, { key, body });
        assert.equal(
          answer.status !== 403,
          allowed.includes(role),
          `${role} ${method} ${path}: ${answer.status}`,
        );
        if (answer.status === 403) {
          assert.equal(answer.body.code, 'insufficient_scope');
          assert.match(
            answer.headers.get('www-authenticate') ?? '',
            /^Bearer realm="hallpass", error="insufficient_scope"$/,
          );
        }
      }
    }
  });

  it('an operator who loses a key, or the role, while a body is on its way gets nothing done with it', async (t) => {
    const server = await startServer(t);
    const losses: readonly [string, object, number][] = [
      ['DELETE', {}, 401],
      ['PATCH', { active: false }, 401],
      ['PATCH', { expiration_date: 1_632_960_000_000 }, 401],
      ['PATCH', { role: 'verifier' }, 403],
    ];
    for (const [i, [method, changes, status]] of losses.entries()) {
      const name = `stolen ${i}`;
      const lines = [bearer(await keyOf(server, name, 'owner')), 'Expect: 100-continue'];
      const body = JSON.stringify({ name: `back ${i}`, role: 'owner' });
      const client = await RawClient.open(t, Number(new URL(server.url).port));
      client.send(bytesOf('POST', '/_/operator', lines, body).slice(0, -body.length));
      assert.equal((await client.answer(true)).status, 100);
      assert.equal((await server.call(method, '/_/operator', { body: { name, ...changes } })).status, 200);
      client.send(body);
      assert.equal((await client.answer()).status, status, `${method} ${JSON.stringify(changes)}`);
    }
    const names = (await server.admin.listOperators()).map(({ name }) => name);
    assert.deepEqual(
      names.filter((name) => name.startsWith('back')),
      [],
    );
  });

  it('401 without a key carries no error attribute; a wrong key does', async (t) => {
    const server = await startServer(t);
    const none = await server.call('GET', '/_/token', { key: null });
    assert.deepEqual([none.status, none.headers.get('www-authenticate')], [401, 'Bearer realm="hallpass"']);
    for (const key of ['nonsense', 'hpo_1111111111111111111111111111114SunM1', 'hpo_']) {
      const wrong = await server.call('GET', '/_/token', { key });
      assert.equal(wrong.status, 401);
      assert.equal(wrong.headers.get('www-authenticate'), 'Bearer realm="hallpass", error="invalid_token"');
    }
    const malformed = await server.call('GET', '/_/token', { key: 'two words' });
    assert.deepEqual([malformed.status, malformed.body.code], [400, 'invalid_request']);
    const basic = await server.call('GET', '/_/token', {
      key: null,
      headers: { Authorization: 'Basic YTpi' },
    });
    assert.equal(basic.status, 401);
  });

  it('a token never manages tokens, and an operator key never opens a door', async (t) => {
    const server = await startServer(t);
    const { record } = await server.admin.createToken({ name: 'a' });
    assert.equal((await server.call('GET', '/_/token', { key: String(record.token) })).status, 401);
    assert.equal((await server.call('GET', '/_/verify/read')).status, 401);
  });

  it('who asks is settled before the body is judged', async (t) => {
    const server = await startServer(t);
    const answer = await server.call('POST', '/_/token', { key: null, raw: '{"name":1,"x":' });
    assert.equal(answer.status, 401);
  });

  it('a key is shown once, and works until its operator is disabled, expired or removed', async (t) => {
    const server = await startServer(t);
    const { record } = await server.admin.createOperator({ name: 'bob', role: 'manager' });
    const works = async () => (await server.call('GET', '/_/token', { key: record.key })).status === 200;
    assert.match(record.key, /^hpo_[0-9A-Za-z]{36}$/);
    assert.ok(!(await server.call('GET', '/_/operator')).text.includes(record.key));
    assert.ok(await works());
    await server.admin.changeOperator('bob', { active: false });
    assert.equal(await works(), false);
    await server.admin.changeOperator('bob', { active: true, expiration_date: 1_600_000_000_000 });
    assert.equal(await works(), false);
    await server.admin.changeOperator('bob', { expiration_date: null });
    assert.ok(await works());
    await server.admin.changeOperator('bob', { role: 'auditor', new_name: 'rob' });
    assert.equal(
      (await server.call('POST', '/_/token', { key: record.key, body: { name: 'x' } })).status,
      403,
    );
    await server.admin.deleteOperator('rob');
    assert.equal(await works(), false);
    assert.equal((await server.call('DELETE', '/_/operator?name=rob')).body.code, 'operator_not_found');
  });

  it('the last active owner without an end cannot be removed, demoted, disabled or given one', async (t) => {
    const server = await startServer(t);
    const changes = [{ role: 'manager' }, { active: false }, { expiration_date: 4102444800000 }] as const;
    const refusedAll = async () => {
      for (const change of changes) {
        const answer = await server.call('PATCH', '/_/operator', { body: { name: 'owner', ...change } });
        assert.deepEqual([answer.status, answer.body.code], [409, 'last_owner']);
      }
      const removal = await server.call('DELETE', '/_/operator?name=owner');
      assert.deepEqual([removal.status, removal.body.code], [409, 'last_owner']);
    };
    await refusedAll();
    await server.admin.createOperator({ name: 'second', role: 'owner', active: false });
    await refusedAll();
    await server.admin.changeOperator('second', { active: true, expiration_date: 1_600_000_000_000 });
    await refusedAll();
    await server.admin.changeOperator('second', { expiration_date: 4_102_444_800_000 });
    await refusedAll();
    await server.admin.changeOperator('second', { expiration_date: null });
    assert.equal((await server.call('DELETE', '/_/operator?name=owner')).status, 200);
  });

  it('two owners who remove each other at the same moment leave one', async (t) => {
    const server = await startServer(t);
    const second = await keyOf(server, 'second', 'owner');
    const both = await Promise.all([
      server.call('DELETE', '/_/operator?name=second'),
      server.call('DELETE', '/_/operator?name=owner', { key: second }),
    ]);
    assert.equal(both.filter(({ status }) => status === 200).length, 1);
  });

  it('makes the first owner key itself, prints it once and keeps it for its owner alone', async (t) => {
    const { readFileSync, statSync } = await import('node:fs');
    const server = await startServer(t, { ownerKey: '' });
    const file = `${server.data}/owner.key`;
    const key = readFileSync(file, 'utf8').trim();
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.ok(server.printed().includes(key));
    assert.ok(!server.log().includes(key));
    assert.equal((await server.call('GET', '/_/operator', { key })).status, 200);
    await server.stop();
    const again = await startServer(t, { data: server.data, ownerKey: '' });
    assert.ok(!again.printed().includes(key));
    assert.equal((await again.call('GET', '/_/operator', { key })).status, 200);
  });

  it('says that an owner key in the settings counts only at the first start', async (t) => {
    const server = await startServer(t);
    await server.stop();
    const again = await startServer(t, { data: server.data, ownerKey: OTHER_OWNER_KEY });
    assert.match(again.log(), /belongs to no operator/);
    assert.equal((await again.call('GET', '/_/operator', { key: OTHER_OWNER_KEY })).status, 401);
    assert.ok(!again.log().includes(OTHER_OWNER_KEY));
    await again.stop();
    assert.doesNotMatch((await startServer(t, { data: server.data })).log(), /belongs to no operator/);
  });

  it('an operator cannot be made with an Idempotency-Key, which could not show its key again', async (t) => {
    const server = await startServer(t);
    const headers = { 'Idempotency-Key': 'one' };
    const body = { name: 'bob', role: 'auditor' };
    const answer = await server.call('POST', '/_/operator', { body, headers });
    assert.deepEqual([answer.status, answer.body.errors?.[0]?.field], [400, 'Idempotency-Key']);
    assert.equal((await server.admin.listOperators()).length, 1);
  });

  it('an unknown role or field is 400', async (t) => {
    const server = await startServer(t);
    const role = await server.call('POST', '/_/operator', { body: { name: 'a', role: 'root' } });
    assert.deepEqual([role.status, role.body.errors?.[0]?.field], [400, 'role']);
    const made = await server.call('POST', '/_/operator', { body: { name: 'a', role: 'auditor', key: 'x' } });
    assert.equal(made.status, 400);
    assert.equal(recordOf(await server.call('GET', '/_/operator'))['name'], 'owner');
  });
});

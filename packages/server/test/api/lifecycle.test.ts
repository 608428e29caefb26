import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { recordOf, startServer, type TestServer } from '../server.js';

async function verdict(server: TestServer, token: unknown): Promise<number> {
  return (await server.call('GET', '/_/verify/read', { key: String(token) })).status;
}

describe('the life of a token', () => {
  it('C29: a past date is taken on create and on PUT, with status expired and a warning', async (t) => {
    const server = await startServer(t);
    const made = await server.call('POST', '/_/token', {
      body: { name: 'a', expiration_date: 1_600_000_000_000 },
    });
    assert.deepEqual([made.status, recordOf(made)['status']], [201, 'expired']);
    assert.match(made.body.warnings?.[0]?.message ?? '', /past/);
    assert.equal(await verdict(server, recordOf(made)['token']), 401);
    const put = await server.call('PUT', '/_/token', {
      body: { name: 'a', expiration_date: 1_600_000_000_001 },
    });
    assert.deepEqual([put.status, recordOf(put)['status']], [200, 'expired']);
  });

  it('C30: an expiry that is no date in milliseconds is refused, and a small one named as seconds', async (t) => {
    const server = await startServer(t);
    for (const expiration_date of [
      0,
      -1,
      1.5,
      1e300,
      '',
      'tomorrow',
      '1632960000000',
      true,
      [],
      253_402_300_800_000,
    ]) {
      const answer = await server.call('POST', '/_/token', { body: { name: 'a', expiration_date } });
      assert.equal(answer.status, 400, JSON.stringify(expiration_date));
      assert.equal(answer.body.errors?.[0]?.field, 'expiration_date');
    }
    const seconds = await server.call('POST', '/_/token', {
      body: { name: 'a', expiration_date: 1_632_960_000 },
    });
    assert.match(seconds.body.errors?.[0]?.message ?? '', /seconds/);
    assert.equal((await server.call('GET', '/_/token')).body.data.length, 0);
  });

  it('C32, C42: an expiry is exact, also far beyond 2038', async (t) => {
    const server = await startServer(t);
    for (const expiration_date of [2_147_483_648_000, 2_147_483_648_001, 253_402_300_799_999]) {
      await server.admin.createToken({ name: 'a', expiration_date });
      const record = recordOf(await server.call('GET', '/_/token'));
      assert.deepEqual([record['expires_at'], record['expiration_date']], [expiration_date, expiration_date]);
      await server.admin.deleteToken('a');
    }
  });

  it('C33: a disabled token is refused by the next request, and an enabled one let in', async (t) => {
    const server = await startServer(t);
    const { record } = await server.admin.createToken({ name: 'a' });
    for (const active of [false, true, false, true]) {
      await server.admin.changeToken('a', { active });
      assert.equal(await verdict(server, record.token), active ? 200 : 401);
    }
  });

  it('C38: a create that is repeated with its Idempotency-Key makes one token', async (t) => {
    const server = await startServer(t);
    const headers = { 'Idempotency-Key': 'one' };
    const first = await server.call('POST', '/_/token', { body: { name: 'a' }, headers });
    const again = await server.call('POST', '/_/token', { body: { name: 'a' }, headers });
    assert.equal(again.status, 201);
    assert.deepEqual(recordOf(again), recordOf(first));
    const other = await server.call('POST', '/_/token', { body: { name: 'b' }, headers });
    assert.deepEqual([other.status, other.body.code], [422, 'idempotency_key_reused']);
    assert.equal((await server.call('GET', '/_/token')).body.data.length, 1);
  });

  it('a repeated answer shows the value the token has by then, and is on record as a look at it', async (t) => {
    const server = await startServer(t);
    const repeated = { body: { name: 'a' }, headers: { 'Idempotency-Key': 'one' } };
    await server.call('POST', '/_/token', repeated);
    const { record: rotated } = await server.admin.rotateToken('a', {});
    assert.equal(recordOf(await server.call('POST', '/_/token', repeated))['token'], rotated.token);
    const trail = await server.call('GET', '/_/audit?limit=3');
    assert.deepEqual(
      trail.body.data.map((entry) => [entry['action'], entry['target_name'], entry['outcome']]),
      ['reveal', 'rotate', 'create'].map((what) => [`token.${what}`, 'a', 'done']),
    );
  });

  it('PATCH changes what it names and nothing else', async (t) => {
    const server = await startServer(t);
    const { record } = await server.admin.createToken({
      name: 'a',
      expiration_date: 4102444800000,
      write: false,
    });
    const changed = recordOf(
      await server.call('PATCH', '/_/token', { body: { name: 'a', description: 'for ci' } }),
    );
    const { token: _value, ...before } = record;
    assert.deepEqual(
      { ...changed, updated_at: 0, revision: 0, description: '' },
      { ...before, updated_at: 0, revision: 0 },
    );
    const renamed = recordOf(await server.call('PATCH', '/_/token', { body: { name: 'a', new_name: 'b' } }));
    assert.deepEqual([renamed['name'], renamed['id'], renamed['description']], ['b', record.id, 'for ci']);
    assert.equal(await server.admin.tokenValue('b'), record.token);
    const unending = recordOf(
      await server.call('PATCH', '/_/token', { body: { name: 'b', expiration_date: null } }),
    );
    assert.equal(unending['expires_at'], null);
  });

  it('a rename to a taken name is 409 and changes neither', async (t) => {
    const server = await startServer(t);
    await server.admin.createToken({ name: 'a' });
    await server.admin.createToken({ name: 'b' });
    const before = (await server.call('GET', '/_/token')).text;
    const answer = await server.call('PATCH', '/_/token', { body: { name: 'a', new_name: 'b' } });
    assert.deepEqual([answer.status, answer.body.code], [409, 'name_taken']);
    assert.equal((await server.call('GET', '/_/token')).text, before);
  });

  it('If-Match: a record that has moved on is left alone with 412', async (t) => {
    const server = await startServer(t);
    const made = await server.call('POST', '/_/token', { body: { name: 'a' } });
    const tag = made.headers.get('etag') ?? '';
    assert.equal(tag, `"${recordOf(made)['revision']}"`);
    const headers = { 'If-Match': tag };
    assert.equal(
      (await server.call('PATCH', '/_/token', { body: { name: 'a', write: false }, headers })).status,
      200,
    );
    for (const method of ['PATCH', 'PUT', 'DELETE']) {
      const answer = await server.call(method, '/_/token', { body: { name: 'a' }, headers });
      assert.deepEqual([answer.status, answer.body.code], [412, 'revision_mismatch'], method);
    }
    assert.equal(recordOf(await server.call('GET', '/_/token'))['write'], false);
  });

  it('If-Match: a list matches when one does, a weak tag never does, and what is no tag is 400', async (t) => {
    const server = await startServer(t);
    const tag = (await server.call('POST', '/_/token', { body: { name: 'a' } })).headers.get('etag') ?? '';
    const statusWith = async (ifMatch: string) => {
      const body = { name: 'a', description: ifMatch };
      const answer = await server.call('PATCH', '/_/token', { body, headers: { 'If-Match': ifMatch } });
      if (answer.status === 400) assert.equal(answer.body.errors?.[0]?.field, 'If-Match');
      return answer.status;
    };
    for (const other of [`W/${tag}`, '"a,b"', `"0", W/${tag}`, '""'])
      assert.equal(await statusWith(other), 412, other);
    const number = tag.slice(1, -1);
    for (const junk of [
      'junk',
      number,
      `'${number}'`,
      `${tag} ${tag}`,
      `${tag}, *`,
      `"${number}`,
      'w/"1"',
      ',',
    ])
      assert.equal(await statusWith(junk), 400, junk);
    assert.equal(await statusWith(`"0", ${tag} ,`), 200);
    assert.equal(await statusWith('*'), 200);
  });

  it('changes of many callers at once all happen, one after the other', async (t) => {
    const server = await startServer(t);
    await server.admin.createToken({ name: 'a' });
    const fields = [
      { description: 'x' },
      { write: false },
      { active: false },
      { expiration_date: 4102444800000 },
    ];
    await Promise.all(fields.map((change) => server.admin.changeToken('a', change)));
    const record = recordOf(await server.call('GET', '/_/token'));
    assert.deepEqual(
      [record['description'], record['write'], record['active'], record['expires_at']],
      ['x', false, false, 4102444800000],
    );
  });

  it('a removal is never lost among many changes of the same token', async (t) => {
    const server = await startServer(t);
    const { record } = await server.admin.createToken({ name: 'a' });
    const change = (i: number) =>
      server.call('PATCH', '/_/token', { body: { name: 'a', description: `${i}` } });
    const before = Array.from({ length: 24 }, (_, i) => change(i));
    const removal = server.call('DELETE', '/_/token', { body: { name: 'a' } });
    const after = Array.from({ length: 24 }, (_, i) => change(i));
    assert.equal((await removal).status, 200);
    const statuses = (await Promise.all([...before, ...after])).map(({ status }) => status);
    assert.deepEqual(
      [...new Set(statuses)].filter((status) => status !== 200 && status !== 404),
      [],
    );
    assert.equal(await verdict(server, record.token), 401);
  });

  it('everything is there again after a restart, and values still open the gate', async (t) => {
    const server = await startServer(t);
    const { record } = await server.admin.createToken({ name: 'a' });
    const before = (await server.call('GET', '/_/token')).text;
    await server.stop();
    const again = await startServer(t, { data: server.data });
    assert.equal((await again.call('GET', '/_/token')).text, before);
    assert.equal(await verdict(again, record.token), 200);
    assert.equal(await again.admin.tokenValue('a'), record.token);
  });

  it('a use is on the record after the server has stopped in order', async (t) => {
    const server = await startServer(t);
    const { record } = await server.admin.createToken({ name: 'a' });
    assert.equal(record.last_used_at, null);
    await verdict(server, record.token);
    await server.stop();
    const again = await startServer(t, { data: server.data });
    const used = recordOf(await again.call('GET', '/_/token'));
    assert.ok(Number(used['last_used_at']) >= record.created_at);
    assert.equal(used['revision'], record.revision);
  });
});

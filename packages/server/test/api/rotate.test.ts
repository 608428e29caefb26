import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { recordOf, startServer, type TestServer } from '../server.js';

const HOUR = 3_600_000;

async function verdict(server: TestServer, token: unknown): Promise<number> {
  return (await server.call('GET', '/_/verify/read', { key: String(token) })).status;
}

function rotate(server: TestServer, body: object, headers: Record<string, string> = {}) {
  return server.call('POST', '/_/token/rotate', { body, headers });
}

describe('rotation', () => {
  it('gives a new value under the same name and id, and shows it; without overlap the old one is refused', async (t) => {
    const server = await startServer(t);
    const { record: before } = await server.admin.createToken({ name: 'a', write: false });
    const answer = await rotate(server, { name: 'a' });
    assert.equal(answer.status, 200);
    const { token, ...after } = recordOf(answer);
    assert.match(String(token), /^hp_[0-9A-Za-z]{36}$/);
    const same = { updated_at: 0, expiration_date: 0, revision: 0, hint: '' };
    const { token: old, ...first } = before;
    assert.deepEqual({ ...after, ...same }, { ...first, ...same });
    assert.equal(after['hint'], `hp_…${String(token).slice(-4)}`);
    assert.equal(answer.headers.get('etag'), `"${after['revision']}"`);
    assert.deepEqual([await verdict(server, old), await verdict(server, token)], [401, 200]);
    assert.equal(await server.admin.tokenValue('a'), token);
  });

  it('C37: says of an old value until when it works, at every door', async (t) => {
    const server = await startServer(t);
    const { record } = await server.admin.createToken({ name: 'a' });
    const { record: after } = await server.admin.rotateToken('a', { overlap: HOUR });
    const [former] = after.former_values;
    assert.deepEqual(
      { ...former },
      { hint: record.hint, ends_at: after.updated_at + HOUR, until_first_use: false },
    );
    const expires = async (key: string | null) =>
      (await server.call('GET', '/_/verify', { key })).headers.get('x-hallpass-expires');
    assert.equal(await expires(record.token), new Date(after.updated_at + HOUR).toISOString());
    assert.equal(await expires(after.token), 'never');
    const introspected = await server.call('POST', '/_/introspect', {
      raw: `token=${record.token}`,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    const said = JSON.parse(introspected.text) as Record<string, unknown>;
    assert.deepEqual([said['sub'], said['exp']], [record.id, Math.floor((after.updated_at + HOUR) / 1000)]);
  });

  it('C37: until the first use, at whichever door it happens', async (t) => {
    const server = await startServer(t);
    const { record } = await server.admin.createToken({ name: 'a' });
    const { record: after } = await server.admin.rotateToken('a', { until_first_use: true });
    assert.equal(after.former_values[0]?.ends_at, null);
    assert.equal(await verdict(server, record.token), 200);
    assert.equal(await verdict(server, after.token), 200);
    assert.equal(await verdict(server, record.token), 401);
  });

  it('changes the expiry when told, else keeps it; a past one is taken with a warning', async (t) => {
    const server = await startServer(t);
    await server.admin.createToken({ name: 'a', expiration_date: 4_102_444_800_000 });
    assert.equal((await server.admin.rotateToken('a')).record.expires_at, 4_102_444_800_000);
    assert.equal((await server.admin.rotateToken('a', { expiration_date: null })).record.expires_at, null);
    const past = await server.admin.rotateToken('a', { expiration_date: 1_632_960_000_000 });
    assert.equal(past.record.status, 'expired');
    assert.match(past.warnings[0]?.message ?? '', /past/);
  });

  it('a rotation that is refused changes nothing', async (t) => {
    const server = await startServer(t);
    await server.admin.createToken({ name: 'a' });
    const before = (await server.call('GET', '/_/token')).text;
    for (const wrong of [
      { overlap: -1 },
      { overlap: 1.5 },
      { overlap: '1h' },
      { overlap: null },
      { until_first_use: 'yes' },
      { until_first_use: null },
      { expiration_date: 1_632_960_000 },
      { active: false },
    ]) {
      const answer = await rotate(server, { name: 'a', ...wrong });
      assert.deepEqual([answer.status, answer.body.code], [400, 'invalid_input'], JSON.stringify(wrong));
    }
    assert.equal((await rotate(server, { name: 'none' })).body.code, 'token_not_found');
    assert.equal(
      (await rotate(server, { name: 'a' }, { 'If-Match': '"99"' })).body.code,
      'revision_mismatch',
    );
    assert.equal((await server.call('GET', '/_/token')).text, before);
  });

  it('C38: repeated with its Idempotency-Key it rotates once, with the If-Match of the first time too', async (t) => {
    const server = await startServer(t);
    const { record } = await server.admin.createToken({ name: 'a' });
    const headers = { 'Idempotency-Key': 'one', 'If-Match': `"${record.revision}"` };
    const first = await rotate(server, { name: 'a', overlap: HOUR }, headers);
    const again = await rotate(server, { name: 'a', overlap: HOUR }, headers);
    assert.deepEqual([first.status, recordOf(again)], [200, recordOf(first)]);
    const other = await rotate(server, { name: 'a', overlap: 1 }, headers);
    assert.deepEqual([other.status, other.body.code], [422, 'idempotency_key_reused']);
    const create = await server.call('POST', '/_/token', { body: { name: 'b' }, headers });
    assert.deepEqual([create.status, create.body.code], [422, 'idempotency_key_reused']);
  });

  it('with --reveal never the value is in the answer, and never again', async (t) => {
    const server = await startServer(t, { reveal: 'never' });
    await server.admin.createToken({ name: 'a' });
    const options = { idempotencyKey: 'one' };
    const { record } = await server.admin.rotateToken('a', {}, options);
    assert.equal(await verdict(server, record.token), 200);
    assert.equal((await server.admin.rotateToken('a', {}, options)).record.token, null);
    await assert.rejects(server.admin.tokenValue('a'), { code: 'value_not_held' });
  });

  it('takes a manager, and is on record without value or digest', async (t) => {
    const server = await startServer(t);
    await server.admin.createToken({ name: 'a' });
    for (const [role, status] of [
      ['manager', 200],
      ['auditor', 403],
      ['verifier', 403],
    ] as const) {
      const { record } = await server.admin.createOperator({ name: role, role });
      const answer = await server.call('POST', '/_/token/rotate', {
        key: record.key,
        body: { name: 'a', overlap: HOUR },
      });
      assert.equal(answer.status, status);
    }
    const entries = (await server.call('GET', '/_/audit')).body.data;
    const rotations = entries.filter(({ action }) => action === 'token.rotate');
    assert.deepEqual(
      rotations.map(({ actor, outcome, detail }) => [actor, outcome, detail]),
      [
        ['verifier', 'insufficient_scope', {}],
        ['auditor', 'insufficient_scope', {}],
        ['manager', 'done', { overlap: HOUR, until_first_use: false, former_values: [0, 1] }],
      ],
    );
  });

  it('several first uses at the same time, and a stop, leave one end on record', async (t) => {
    const server = await startServer(t);
    const { record } = await server.admin.createToken({ name: 'a' });
    const { record: after } = await server.admin.rotateToken('a', { until_first_use: true });
    await Promise.all(Array.from({ length: 20 }, () => verdict(server, after.token)));
    await server.stop();
    const again = await startServer(t, { data: server.data });
    assert.equal(await verdict(again, record.token), 401);
    const entries = (await again.call('GET', '/_/audit')).body.data;
    assert.equal(entries.filter(({ action }) => action === 'token.retire').length, 1);
    assert.deepEqual(recordOf(await again.call('GET', '/_/token'))['former_values'], []);
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { digestOf, spreadOf } from '@hallpass/core/digest';
import type { WireToken } from '@hallpass/core/wire';
import { type Answer, startServer, type TestServer } from '../server.ts';

const REPORT = { replica: 'billing-1', batch: 'b1', uses: [], refusals: {} };

function send(server: TestServer, body: object, key?: string): Promise<Answer> {
  return server.call('POST', '/_/usage', { body, ...(key === undefined ? {} : { key }) });
}

async function counted(server: TestServer, result: string): Promise<number> {
  const { text } = await server.call('GET', '/_/metrics');
  const line = new RegExp(`^hallpass_checks_total\\{door="replica",result="${result}"\\} (\\d+)$`, 'm');
  return Number(line.exec(text)?.[1]);
}

/** The record once its last use is stored, which happens behind. */
async function used(server: TestServer, name: string): Promise<WireToken> {
  for (;;) {
    for await (const token of server.admin.listTokens()) {
      if (token.name === name && token.last_used_at !== null) return token;
    }
  }
}

describe('usage reports', () => {
  test('counts and refusals go into the metrics, and last use into the record', async (t) => {
    const server = await startServer(t);
    const { record } = await server.admin.createToken({ name: 'a' });
    const last_used_at = Date.now() - 1_000;
    const answer = await send(server, {
      ...REPORT,
      uses: [{ id: record.id, count: 41, last_used_at }],
      refusals: { expired: 2, read_only: 3 },
    });
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body.data, [{ accepted: 1 }]);
    for (const [result, count] of [
      ['allow', 41],
      ['expired', 2],
      ['read_only', 3],
      ['unknown', 0],
    ] as const) {
      assert.equal(await counted(server, result), count, result);
    }
    assert.equal((await used(server, 'a')).last_used_at, last_used_at);
  });

  test('a reported use of a new value ends the old one that waited for it; one that names no value does not', async (t) => {
    const server = await startServer(t);
    const { record: before } = await server.admin.createToken({ name: 'ci' });
    const { record: after } = await server.admin.rotateToken('ci', { until_first_use: true });
    const verify = async () => {
      const headers = { Authorization: `Bearer ${before.token}` };
      return (await fetch(`${server.url}/_/verify`, { headers })).status;
    };
    const report = async (batch: string, value: { value?: number }) => {
      const use = { id: before.id, count: 1, last_used_at: Date.now(), ...value };
      assert.equal((await send(server, { ...REPORT, batch, uses: [use] })).status, 200);
    };
    const spreadIn = (token: string | null) => spreadOf(digestOf(token ?? '')) >>> 0;
    await report('none', {});
    await report('old', { value: spreadIn(before.token) });
    assert.equal(await verify(), 200);
    await report('new', { value: spreadIn(after.token) });
    assert.equal(await verify(), 401);
  });

  test('a late report of a use of a value that is gone, or that never was, ends no other', async (t) => {
    const server = await startServer(t);
    const { record: first } = await server.admin.createToken({ name: 'ci' });
    const rotate = async () => (await server.admin.rotateToken('ci', { until_first_use: true })).record;
    const [second, third] = [await rotate(), await rotate()];
    const verify = async (token: string | null) => {
      const headers = { Authorization: `Bearer ${token}` };
      return (await fetch(`${server.url}/_/verify`, { headers })).status;
    };
    const report = async (batch: string, value: number) => {
      const use = { id: first.id, count: 1, last_used_at: Date.now(), value };
      assert.equal((await send(server, { ...REPORT, batch, uses: [use] })).status, 200);
    };
    assert.equal(await verify(second.token), 200);
    assert.equal(await verify(first.token), 401);
    await report('late', spreadOf(digestOf(first.token ?? '')) >>> 0);
    await report('forged', 12345);
    assert.equal(await verify(second.token), 200);
    assert.equal(await verify(third.token), 200);
    assert.equal(await verify(second.token), 401);
  });

  test('a report that is sent again counts once; another of the same replica counts', async (t) => {
    const server = await startServer(t);
    const { record: verifier } = await server.admin.createOperator({ name: 'v', role: 'verifier' });
    const report = { ...REPORT, refusals: { unknown: 1 } };
    for (let i = 0; i < 3; i++) assert.equal((await send(server, report)).status, 200);
    assert.equal(await counted(server, 'unknown'), 1);
    await send(server, { ...report, batch: 'b2' });
    await send(server, { ...report, replica: 'billing-2' });
    await send(server, report, verifier.key);
    assert.equal(await counted(server, 'unknown'), 4);
  });

  test('last use is never later than the clock of the server, and never moves back', async (t) => {
    const server = await startServer(t);
    const { record } = await server.admin.createToken({ name: 'a' });
    const use = (last_used_at: number) => ({ id: record.id, count: 1, last_used_at });
    const before = Date.now();
    await send(server, { ...REPORT, uses: [use(before + 86_400_000), use(5)] });
    const after = Date.now();
    const { last_used_at } = await used(server, 'a');
    assert.ok(last_used_at !== null && last_used_at >= before && last_used_at <= after);
  });

  test('a use of a token that is gone is passed over', async (t) => {
    const server = await startServer(t);
    const { record } = await server.admin.createToken({ name: 'gone' });
    const { record: stays } = await server.admin.createToken({ name: 'stays' });
    await server.admin.deleteToken('gone');
    const uses = [record, stays].map(({ id }) => ({ id, count: 1, last_used_at: Date.now() }));
    assert.equal((await send(server, { ...REPORT, uses })).status, 200);
    assert.ok((await used(server, 'stays')).last_used_at);
  });

  test('what is not exactly a report is 400 with the fields, and nothing of it counts', async (t) => {
    const server = await startServer(t);
    const { record } = await server.admin.createToken({ name: 'a' });
    const use = { id: record.id, count: 1, last_used_at: Date.now() };
    const wrong: [string, object][] = [
      ['replica', { ...REPORT, replica: 'a b' }],
      ['batch', { ...REPORT, batch: '' }],
      ['batch', { ...REPORT, batch: 'x'.repeat(65) }],
      ['refusals', { replica: 'a', batch: 'b', uses: [] }],
      ['boredom', { ...REPORT, refusals: { boredom: 1 } }],
      ['refusals.unknown', { ...REPORT, refusals: { unknown: -1 } }],
      ['refusals.unknown', { ...REPORT, refusals: { unknown: 1.5 } }],
      ['uses.0.id', { ...REPORT, uses: [{ ...use, id: 'tok_' }] }],
      ['uses.0.count', { ...REPORT, uses: [{ ...use, count: '1' }] }],
      ['uses', { ...REPORT, uses: Array.from({ length: 501 }, () => use) }],
      ['more', { ...REPORT, more: true }],
    ];
    for (const [field, body] of wrong) {
      const answer = await send(server, body);
      assert.equal(answer.status, 400, field);
      assert.equal(answer.body.errors?.[0]?.field, field);
    }
    assert.equal(
      (await send(server, { ...REPORT, uses: Array.from({ length: 500 }, () => use) })).status,
      200,
    );
    assert.equal(await counted(server, 'allow'), 500);
    assert.equal(await counted(server, 'unknown'), 0);
  });

  test('owners and verifiers may report, nobody else', async (t) => {
    const server = await startServer(t);
    for (const [role, status] of [
      ['manager', 403],
      ['auditor', 403],
      ['verifier', 200],
    ] as const) {
      const { record } = await server.admin.createOperator({ name: role, role });
      assert.equal((await send(server, REPORT, record.key)).status, status, role);
    }
  });
});

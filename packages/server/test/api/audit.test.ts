import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { auditHash, FIRST_HASH } from '@hallpass/core/audit';
import type { WireAuditEntry } from '@hallpass/core/wire';
import { startServer, type TestServer } from '../server.js';

async function trail(server: TestServer): Promise<WireAuditEntry[]> {
  const entries: WireAuditEntry[] = [];
  for await (const entry of server.admin.listAudit()) entries.push(entry);
  return entries.reverse();
}

describe('the audit trail', () => {
  it('says who did what to what, with what outcome, and what changed', async (t) => {
    const server = await startServer(t);
    const { record: bob } = await server.admin.createOperator({ name: 'bob', role: 'auditor' });
    await server.admin.createToken({ name: 'a' });
    await server.admin.changeToken('a', { write: false });
    await server.admin.tokenValue('a');
    await server.call('POST', '/_/token', { key: bob.key, body: { name: 'b' } });
    await server.call('POST', '/_/token', { body: { name: 'a' } });
    await server.admin.deleteToken('a');
    const entries = await trail(server);
    assert.deepEqual(
      entries.map(({ actor, action, target_name, outcome }) => [actor, action, target_name, outcome]),
      [
        ['system', 'store.bootstrap', 'owner', 'done'],
        ['owner', 'operator.create', 'bob', 'done'],
        ['owner', 'token.create', 'a', 'done'],
        ['owner', 'token.change', 'a', 'done'],
        ['owner', 'token.reveal', 'a', 'done'],
        ['bob', 'token.create', 'b', 'insufficient_scope'],
        ['owner', 'token.create', 'a', 'name_taken'],
        ['owner', 'token.delete', 'a', 'done'],
      ],
    );
    assert.deepEqual(entries[3]?.detail, { write: [true, false] });
    assert.equal(entries[3]?.address, '127.0.0.1');
    assert.ok(entries[3]?.request_id);
  });

  it('keeps no value that a refused caller gave for a name', async (t) => {
    const server = await startServer(t);
    const { record: bob } = await server.admin.createOperator({ name: 'bob', role: 'auditor' });
    const value = String((await server.admin.createToken({ name: 'a' })).record.token);
    for (const name of [value, bob.key, `Bearer ${value}`]) {
      await server.call('GET', `/_/token/value?name=${encodeURIComponent(name)}`, { key: bob.key });
      await server.call('DELETE', '/_/token', { key: bob.key, body: { name } });
    }
    const refused = (await trail(server)).filter(({ outcome }) => outcome === 'insufficient_scope');
    assert.deepEqual(
      refused.map(({ target_name }) => target_name),
      Array.from({ length: 6 }, () => null),
    );
  });

  it('keeps no value that was sent as a request id, nor does the log', async (t) => {
    const server = await startServer(t);
    const value = String((await server.admin.createToken({ name: 'a' })).record.token);
    for (const sent of [value, server.ownerKey, `id-${value}`]) {
      const headers = { 'X-Request-Id': sent };
      const answer = await server.call('PATCH', '/_/token', { body: { name: 'a' }, headers });
      const newest = (await trail(server)).at(-1);
      assert.notEqual(answer.headers.get('x-request-id'), sent);
      assert.equal(newest?.request_id, answer.headers.get('x-request-id'));
      await server.call('GET', '/_/verify/write', { key: null, headers });
    }
    assert.ok(!server.log().includes(value) && !server.log().includes(server.ownerKey));
  });

  it('keeps a refused attempt whatever name it gave', async (t) => {
    const server = await startServer(t);
    const { record: bob } = await server.admin.createOperator({ name: 'bob', role: 'auditor' });
    const long = 'a'.repeat(254);
    const given = ['a\0b', 'a\ud800b', `${long}😀`];
    for (const name of given) {
      const raw = JSON.stringify({ name });
      const answer = await server.call('DELETE', '/_/token', { key: bob.key, raw });
      assert.deepEqual([answer.status, answer.body.code], [403, 'insufficient_scope'], raw);
    }
    const refused = (await trail(server)).filter(({ outcome }) => outcome === 'insufficient_scope');
    assert.deepEqual(
      refused.map(({ target_name }) => target_name),
      ['a\ufffdb', 'a\ufffdb', `${long}\ufffd`],
    );
  });

  it('is a chain: every entry is closed by a hash over itself and the one before', async (t) => {
    const server = await startServer(t);
    for (const name of ['a', 'b', 'c']) await server.admin.createToken({ name });
    let previous: Uint8Array = FIRST_HASH;
    for (const [index, entry] of (await trail(server)).entries()) {
      assert.equal(entry.sequence, index + 1);
      const { at, actor, action, outcome, address, detail } = entry;
      const draft = { at, actor, outcome, address, detail, action: action as 'token.create' };
      const expected = auditHash(previous, entry.sequence, {
        ...draft,
        actorId: entry.actor_id,
        targetId: entry.target_id,
        targetName: entry.target_name,
        requestId: entry.request_id,
      });
      assert.equal(Buffer.from(expected).toString('hex'), entry.hash);
      previous = expected;
    }
  });

  it('comes in pages, newest first', async (t) => {
    const server = await startServer(t);
    for (const name of ['a', 'b', 'c']) await server.admin.createToken({ name });
    const first = await server.call('GET', '/_/audit?limit=3');
    assert.deepEqual(
      first.body.data.map((entry) => entry['sequence']),
      [4, 3, 2],
    );
    const second = await server.call('GET', `/_/audit?limit=3&cursor=${first.body.next_cursor}`);
    assert.deepEqual(
      second.body.data.map((entry) => entry['sequence']),
      [1],
    );
    assert.equal(second.body.next_cursor, null);
  });
});

describe('secrets', () => {
  it('no value and no key is found in any log, audit row, metric, list or file but its own', async (t) => {
    const server = await startServer(t);
    const { record } = await server.admin.createToken({ name: 'a' });
    const { record: bob } = await server.admin.createOperator({ name: 'bob', role: 'manager' });
    const value = String(record.token);
    await server.call('GET', `/_/verify/read`, { key: value });
    await server.call('GET', `/_/verify/read?token=${value}`, { key: null });
    await server.call('GET', `/_/token?search=${value}`, { key: null });
    await server.call('POST', `/_/token`, { key: bob.key, body: { name: 'a', extra: value } });
    await server.call('GET', '/nowhere', { key: value, headers: { Cookie: `token=${value}` } });
    const outputs = [
      server.log(),
      server.printed(),
      (await server.call('GET', '/_/audit')).text,
      (await server.call('GET', '/_/metrics')).text,
      (await server.call('GET', '/_/token')).text,
      (await server.call('GET', '/_/operator')).text,
    ];
    await server.stop();
    const files = readdirSync(server.data).map((name) => readFileSync(`${server.data}/${name}`, 'latin1'));
    const forms = [value, bob.key].flatMap((secret) => [
      secret,
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
      Buffer.from(secret).toString('hex'),
    ]);
    for (const text of [...outputs, ...files]) for (const form of forms) assert.ok(!text.includes(form));
  });
});

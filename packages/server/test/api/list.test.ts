import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startServer, type TestServer } from '../server.js';

async function names(server: TestServer, query: string): Promise<unknown[]> {
  const answer = await server.call('GET', `/_/token?${query}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.body.data.map((record) => record['name']);
}

describe('the list of tokens', () => {
  it('gives every record once over pages of any size, with a Link to the next', async (t) => {
    const server = await startServer(t);
    const made = Array.from({ length: 23 }, (_, i) => `token ${i}`);
    for (const name of made) await server.admin.createToken({ name });
    for (const limit of [1, 2, 7, 22, 23, 24, 1000]) {
      const found: unknown[] = [];
      let path: string | undefined = `/_/token?limit=${limit}`;
      while (path !== undefined) {
        const page = await server.call('GET', path);
        assert.ok(page.body.data.length <= limit);
        found.push(...page.body.data.map((record) => record['name']));
        const link = /^<(.+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1];
        assert.equal(link === undefined, page.body.next_cursor === null);
        path = link;
      }
      assert.deepEqual(found, made);
    }
  });

  it('without a limit gives all, also more than it reads at a time', async (t) => {
    const server = await startServer(t);
    const made = Array.from({ length: 1000 }, (_, i) => `token ${i}`);
    for (let i = 0; i < made.length; i += 100) {
      await Promise.all(made.slice(i, i + 100).map((name) => server.admin.createToken({ name })));
    }
    const list = await server.call('GET', '/_/token');
    const revisions = list.body.data.map((record) => Number(record['revision']));
    assert.equal(new Set(list.body.data.map((record) => record['name'])).size, 1000);
    assert.deepEqual(
      revisions,
      [...revisions].sort((a, b) => a - b),
    );
  });

  it('breaks off when the operator that reads it is deleted meanwhile', async (t) => {
    const server = await startServer(t);
    const { record: reader } = await server.admin.createOperator({ name: 'bob', role: 'auditor' });
    // More than the buffers between the two hold: what is behind them is not read before the client goes on.
    const description = '🦊'.repeat(1000);
    for (let i = 0; i < 25; i++) {
      const names = Array.from({ length: 100 }, (_, j) => `token ${i * 100 + j}`);
      await Promise.all(names.map((name) => server.admin.createToken({ name, description })));
    }
    const answer = await fetch(`${server.url}/_/token`, {
      headers: { Authorization: `Bearer ${reader.key}` },
    });
    const body = answer.body?.getReader();
    assert.equal((await body?.read())?.done, false);
    await server.admin.deleteOperator('bob');
    await assert.rejects(async () => {
      while (!(await body?.read())?.done);
    }, /terminated/);
  });

  it('an empty list is an empty array', async (t) => {
    const server = await startServer(t);
    assert.equal((await server.call('GET', '/_/token')).text, '{"data":[]}');
    assert.equal((await server.call('GET', '/_/token?limit=5')).text, '{"data":[],"next_cursor":null}');
  });

  it('filters by status, write, expiry, use, maker and text, all together', async (t) => {
    const server = await startServer(t);
    const { record: manager } = await server.admin.createOperator({ name: 'bob', role: 'manager' });
    await server.admin.createToken({ name: 'plain' });
    await server.admin.createToken({ name: 'reader', write: false, description: 'Reports' });
    await server.admin.createToken({ name: 'off', active: false });
    await server.admin.createToken({ name: 'past', expiration_date: 1_600_000_000_000 });
    await server.admin.createToken({ name: 'soon', expiration_date: 4_000_000_000_000 });
    await server.call('POST', '/_/token', { key: manager.key, body: { name: 'of bob' } });
    assert.deepEqual(await names(server, 'status=active'), ['plain', 'reader', 'soon', 'of bob']);
    assert.deepEqual(await names(server, 'status=inactive'), ['off']);
    assert.deepEqual(await names(server, 'status=expired'), ['past']);
    assert.deepEqual(await names(server, 'write=false'), ['reader']);
    assert.deepEqual(await names(server, 'search=REPORT'), ['reader']);
    assert.deepEqual(await names(server, 'expires_before=4000000000001'), ['past', 'soon']);
    assert.deepEqual(await names(server, 'created_by=bob'), ['of bob']);
    assert.deepEqual(await names(server, 'unused_since=4000000000000&status=active&write=true'), [
      'plain',
      'soon',
      'of bob',
    ]);
    assert.equal((await server.call('GET', '/_/token?stauts=active')).status, 400);
    assert.equal((await server.call('GET', '/_/token?status=gone')).status, 400);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OWNER_KEY, recordOf, startServer, type TestServer } from '../server.js';

const COMPOSED = 'caf\u00e9';
const DECOMPOSED = 'cafe\u0301';

async function found(server: TestServer, field: string, text: string): Promise<unknown[]> {
  const answer = await server.call('GET', `/_/token?${field}=${encodeURIComponent(text)}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.body.data.map(({ name }) => name);
}

/** Every call that takes a description, with this one. */
function describing(description: string) {
  return [
    ['POST', '/_/token', { name: 'b', description }],
    ['PATCH', '/_/token', { name: 'a', description }],
    ['POST', '/_/operator', { name: 'b', role: 'auditor', description }],
    ['PATCH', '/_/operator', { name: 'owner', description }],
  ] as const;
}

describe('texts in the API', () => {
  it('a text that cannot be stored is 400 with its field named', async (t) => {
    const server = await startServer(t);
    await server.admin.createToken({ name: 'a' });
    for (const description of ['x\0', 'x\ud800', '\udfffx']) {
      for (const [method, path, body] of describing(description)) {
        const answer = await server.call(method, path, { raw: JSON.stringify(body) });
        const errors = [{ field: 'description', message: 'must be valid Unicode without NUL' }];
        assert.deepEqual([answer.status, answer.body.errors], [400, errors], `${method} ${path}`);
      }
    }
    for (const field of ['search', 'created_by'])
      for (const limit of ['', '&limit=1']) {
        const answer = await server.call('GET', `/_/token?${field}=a%00${limit}`);
        assert.deepEqual([answer.status, answer.body.errors?.[0]?.field], [400, field]);
      }
  });

  it('a token or key is no description: lists would show it to all who read them', async (t) => {
    const server = await startServer(t);
    const value = String((await server.admin.createToken({ name: 'a' })).record.token);
    for (const secret of [value, OWNER_KEY]) {
      const description = `its value is ${secret}`;
      for (const [method, path, body] of describing(description)) {
        const answer = await server.call(method, path, { body });
        assert.deepEqual([answer.status, answer.body.errors?.[0]?.field], [400, 'description']);
        assert.ok(!answer.text.includes(secret));
      }
    }
  });

  it('names and descriptions are found in every Unicode spelling', async (t) => {
    const server = await startServer(t);
    const { key } = recordOf(
      await server.call('POST', '/_/operator', { body: { name: DECOMPOSED, role: 'manager' } }),
    );
    for (const description of [COMPOSED, DECOMPOSED]) {
      const body = { name: `of the ${description}`, description };
      await server.call('POST', '/_/token', { key: String(key), body });
      for (const text of [COMPOSED, DECOMPOSED]) {
        assert.deepEqual(await found(server, 'search', text), [`of the ${COMPOSED}`]);
        assert.deepEqual(await found(server, 'created_by', text), [`of the ${COMPOSED}`]);
      }
      await server.call('PATCH', '/_/token', { body: { name: `of the ${COMPOSED}`, new_name: 'noted' } });
      assert.deepEqual(await found(server, 'search', COMPOSED), ['noted']);
      await server.admin.deleteToken('noted');
    }
  });

  it('a request in another Unicode spelling is the same request', async (t) => {
    const server = await startServer(t);
    for (const path of ['/_/token', '/_/token/rotate']) {
      const headers = { 'Idempotency-Key': path };
      const first = await server.call('POST', path, { body: { name: COMPOSED }, headers });
      const again = await server.call('POST', path, { body: { name: DECOMPOSED }, headers });
      assert.equal(again.status, first.status, again.text);
      assert.equal(recordOf(again)['token'], recordOf(first)['token']);
    }
    const path = `/_/token?name=${encodeURIComponent(DECOMPOSED)}`;
    assert.equal((await server.call('DELETE', path, { body: { name: COMPOSED } })).status, 200);
  });
});

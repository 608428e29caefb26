import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { startServer } from '../server.js';
import { basic, newToken, post } from './forms.js';

type Claims = Readonly<Record<string, unknown>>;
type Ask = (token: string, fields?: Record<string, string>, withHeader?: boolean) => Promise<Claims>;

interface Stand {
  readonly ask: Ask;
  readonly key: string;
  readonly ending: string;
  readonly endless: string;
}

/** A server with a token that ends and one that does not, asked as the operator `gateway`. */
async function stand(t: TestContext): Promise<Stand> {
  const server = await startServer(t);
  const { key } = (await server.admin.createOperator({ name: 'gateway', role: 'verifier' })).record;
  const ask: Ask = async (token, fields = {}, withHeader = true) => {
    const headers = { Accept: 'application/json', ...(withHeader ? basic('gateway', key) : {}) };
    const answer = await post(server, '/_/introspect', { token, ...fields }, headers);
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-type') ?? '', /^application\/json(;|$)/);
    return JSON.parse(answer.text) as Claims;
  };
  const ending = await newToken(server, 'ending', { expiration_date: 4_102_444_800_000, write: false });
  return { ask, key, ending, endless: await newToken(server, 'endless') };
}

describe('what other clients demand of an answer', () => {
  it('Spring Security: active is a boolean, times are numbers, scope is words in a string', async (t) => {
    const { ask, ending, endless } = await stand(t);
    const claims = await ask(ending);
    assert.equal(claims['active'], true);
    for (const time of ['exp', 'iat']) assert.ok(Number.isSafeInteger(claims[time]), time);
    const authorities = async (token: string) =>
      String((await ask(token))['scope'])
        .split(' ')
        .map((scope) => `SCOPE_${scope}`);
    assert.deepEqual(await authorities(ending), ['SCOPE_read']);
    assert.deepEqual(await authorities(endless), ['SCOPE_read', 'SCOPE_write']);
    assert.match(String(claims['iss']), /^http:\/\/127\.0\.0\.1:\d+\/_$/);
  });

  it('mod_auth_openidc: the remote user is in sub, exp is a time and not a span, scope can be matched', async (t) => {
    const { ask, ending, endless } = await stand(t);
    const claims = await ask(ending);
    assert.match(String(claims['sub']), /^tok_[0-9A-Z]{26}$/);
    assert.equal(claims['exp'], 4_102_444_800);
    const mayWrite = /(^| )write( |$)/;
    assert.doesNotMatch(String(claims['scope']), mayWrite);
    assert.match(String((await ask(endless))['scope']), mayWrite);
    for (const [name, claim] of Object.entries(claims)) assert.notEqual(claim, null, name);
  });

  it('Oathkeeper: no token_use, strings and whole numbers, and a scope that it sends along changes nothing', async (t) => {
    const { ask, ending, endless } = await stand(t);
    for (const token of [ending, endless]) {
      const claims = await ask(token, { scope: 'read write admin' });
      assert.deepEqual(claims, await ask(token));
      assert.ok(!('token_use' in claims));
      for (const name of ['sub', 'scope', 'client_id', 'username', 'iss', 'token_type']) {
        assert.equal(typeof claims[name], 'string', name);
      }
      for (const name of ['exp', 'iat']) if (name in claims) assert.ok(Number.isInteger(claims[name]), name);
      assert.ok(!('aud' in claims));
    }
  });

  it('APISIX: the client in the body, alone or beside the header, and exp only where there is an end', async (t) => {
    const { ask, key, ending, endless } = await stand(t);
    const client = { client_id: 'gateway', client_secret: key };
    const claims = await ask(ending, client, false);
    assert.deepEqual(await ask(ending, client), claims);
    assert.equal(typeof claims['exp'], 'number');
    assert.ok(!('exp' in (await ask(endless, client, false))));
    assert.deepEqual(await ask('nonsense', client, false), { active: false });
  });
});

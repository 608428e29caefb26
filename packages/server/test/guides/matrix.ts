import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { bearer, bytesOf, headerOf, type RawAnswer } from '../http/raw-client.ts';
import { valuesOf } from '../http/stand.ts';
import { doctorCases } from './doctor-cases.ts';
import type { Seen } from './echo-app.ts';
import { failureCases } from './failure-cases.ts';
import { refusedWith } from './refused.ts';
import { type ProxyStand, type ProxyUnderTest, READER_EXPIRES, standOf, WRITER_NAME } from './stand.ts';
import { webSocketCases } from './web-socket-cases.ts';

const WRITES = ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'];
const METHOD_HEADERS = ['X-Forwarded-Method', 'X-Original-Method', 'X-HTTP-Method-Override'];
const TWINS = [
  'X-Hallpass-Write',
  'x-hallpass-write',
  'X_Hallpass_Write',
  'X.Hallpass.Write',
  'X-Hallpass_Write',
  'x.hALLpass-wRITE',
  'X_HALLPASS-TOKEN.ID',
  'X-Hallpass-Token-Id',
  'X-Hallpass-Token_Name',
  'X_Hallpass_Expires',
  // How Apache's module tells itself.
  'OIDC_CLAIM_sub',
  'OIDC-CLAIM-scope',
  'OIDC_CLAIM_username',
];

async function passed(stand: ProxyStand, bytes: string): Promise<Seen> {
  const before = stand.app.seen.length;
  const answer = await stand.ask(bytes);
  assert.equal(answer.status, 200, `${bytes}\n${answer.bytes}`);
  assert.equal(stand.app.seen.length, before + 1, bytes);
  return stand.app.seen.at(-1) as Seen;
}

function challengeOf(answer: RawAnswer): string {
  return headerOf(answer, 'WWW-Authenticate') ?? '';
}

async function credentialCases(t: TestContext, stand: ProxyStand): Promise<void> {
  const { tokens } = stand;
  await t.test('C01: without a token the answer is 401 with a challenge', async () => {
    for (const method of ['GET', 'POST', 'DELETE']) {
      const answer = await refusedWith(stand, bytesOf(method, '/'), [401]);
      assert.match(challengeOf(answer), /^Bearer\b(?!.*invalid_token)/);
    }
    for (const method of ['HEAD', 'OPTIONS', 'BREW'])
      await refusedWith(stand, bytesOf(method, '/'), [400, 401, 403]);
  });

  await t.test('a token that is expired, inactive or unknown is refused', async () => {
    for (const value of [tokens.expired, tokens.inactive, tokens.unknown]) {
      const answer = await refusedWith(stand, bytesOf('GET', '/', [bearer(value)]), [401]);
      assert.match(challengeOf(answer), /^Bearer .*error="invalid_token"/);
    }
  });

  await t.test('C10: two Authorization lines are refused', async () => {
    const pairs = [
      [tokens.writer, tokens.writer],
      [tokens.reader, tokens.writer],
      [tokens.writer, tokens.reader],
    ];
    for (const pair of pairs)
      for (const method of ['GET', 'POST'])
        await refusedWith(stand, bytesOf(method, '/', pair.map(bearer)), [400, 401]);
  });

  await t.test('C13: a token in the query, a cookie or another header is refused', async () => {
    for (const name of ['access_token', 'token'])
      await refusedWith(stand, bytesOf('GET', `/?${name}=${tokens.writer}`), [401]);
    for (const line of [
      `Cookie: access_token=${tokens.writer}`,
      `Proxy-Authorization: Bearer ${tokens.writer}`,
    ])
      await refusedWith(stand, bytesOf('GET', '/', [line]), [401]);
  });

  await t.test('no spelling of a path is open without a token', async () => {
    const paths = [
      '/_/token',
      '/_/verify',
      '/%5f/token',
      '//_/token',
      '/x/../_/token',
      '/_hallpass',
      '/_%68allpass',
    ];
    for (const path of [...paths, '/_/health/live', '/public/..;/admin'])
      await refusedWith(stand, bytesOf('GET', path), [400, 401, 404]);
  });
}

async function methodCases(t: TestContext, stand: ProxyStand, proxy: ProxyUnderTest): Promise<void> {
  const { reader, writer } = stand.tokens;
  await t.test('C43: a read-only token may GET, HEAD and OPTIONS', async () => {
    for (const method of proxy.options === 'checked' ? ['GET', 'HEAD', 'OPTIONS'] : ['GET', 'HEAD'])
      assert.equal((await passed(stand, bytesOf(method, '/a%20b?x=1&x=2', [bearer(reader)]))).method, method);
    assert.equal(stand.app.seen.at(-1)?.url, '/a%20b?x=1&x=2');
  });

  await t.test('C44: a read-only token may not write, by any method, and is told why', async () => {
    for (const method of WRITES) {
      const answer = await refusedWith(stand, bytesOf(method, '/', [bearer(reader)], 'a body'), [403]);
      assert.match(challengeOf(answer), /^Bearer .*error="insufficient_scope", scope="write"/);
    }
    await refusedWith(stand, bytesOf('BREW', '/', [bearer(reader)]), [400, 403]);
  });

  await t.test('a token that may write does, with the body as it was', async () => {
    for (const method of ['GET', ...WRITES]) {
      const seen = await passed(stand, bytesOf(method, '/w', [bearer(writer)], 'a body'));
      assert.deepEqual([seen.method, seen.url, seen.body], [method, '/w', 'a body']);
    }
    const chunked = 'POST / HTTP/1.1\r\nHost: service.test\r\nTransfer-Encoding: chunked\r\n';
    const bytes = `${chunked}${bearer(writer)}\r\n\r\n6\r\na body\r\n0\r\n\r\n`;
    assert.equal((await passed(stand, bytes)).body, 'a body');
  });

  await t.test('C45: TRACE is refused to everybody', async () => {
    for (const value of [reader, writer])
      await refusedWith(stand, bytesOf('TRACE', '/', [bearer(value)]), [400, 403, 405]);
  });

  await t.test('C49: a method that the client names makes no write of a read-only token a read', async () => {
    for (const method of ['POST', 'DELETE'])
      for (const name of METHOD_HEADERS)
        for (const named of ['GET', 'get', 'HEAD', ''])
          for (const spelled of [name, name.toLowerCase(), name.replaceAll('-', '_')])
            await refusedWith(stand, bytesOf(method, '/', [bearer(reader), `${spelled}: ${named}`]), [403]);
    const both = ['X-Forwarded-Method: GET', 'X-Original-Method: GET', 'X-Forwarded-Method: GET'];
    await refusedWith(stand, bytesOf('DELETE', '/', [bearer(reader), ...both]), [403]);
  });

  await t.test('C46: no header turns a GET into a write behind the proxy', async () => {
    const names = ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'];
    for (const name of [...names, ...names.map((each) => each.replaceAll('-', '_'))]) {
      const seen = await passed(stand, bytesOf('GET', '/', [bearer(reader), `${name}: DELETE`]));
      assert.deepEqual([seen.method, valuesOf(seen.headers, name)], ['GET', []]);
    }
  });

  await t.test('C53: nothing in the query decides', async () => {
    for (const query of ['write=true', 'method=GET', 'access=read', 'X-Forwarded-Method=GET'])
      await refusedWith(stand, bytesOf('POST', `/?${query}`, [bearer(reader)]), [403]);
  });
}

const IDENTITY = ['X-Hallpass-Token-Id', 'X-Hallpass-Token-Name', 'X-Hallpass-Write', 'X-Hallpass-Expires'];

/** Every identity header once, as ours; no token. */
function assertIdentity(seen: Seen, kind: 'reader' | 'writer'): void {
  const [ids, names, writes, expiries] = IDENTITY.map((name) => valuesOf(seen.headers, name));
  assert.match(ids?.join() ?? '', /^tok_[0-9A-Z]{26}$/);
  assert.deepEqual(names?.map(decodeURIComponent), [kind === 'reader' ? 'reader' : WRITER_NAME]);
  assert.match(names?.join() ?? '', /^[!-~]+$/);
  assert.deepEqual(writes, [kind === 'reader' ? 'false' : 'true']);
  if (kind === 'writer') assert.deepEqual(expiries, ['never']);
  else
    assert.deepEqual(
      expiries?.map((text) => Date.parse(text)),
      [READER_EXPIRES],
    );
  assert.doesNotMatch(seen.headers.join('\n'), /hp_[0-9A-Za-z]{36}/);
  assert.deepEqual(valuesOf(seen.headers, 'Authorization'), []);
}

async function identityCases(t: TestContext, stand: ProxyStand, proxy: ProxyUnderTest): Promise<void> {
  const { tokens } = stand;
  await t.test('the service learns whose request it is, and never the token', async () => {
    for (const kind of ['reader', 'writer'] as const)
      assertIdentity(await passed(stand, bytesOf('GET', '/', [bearer(tokens[kind])])), kind);
  });

  await t.test('C63: forged identity headers in any spelling do not reach the service', async () => {
    for (const kind of ['reader', 'writer'] as const) {
      const forged = TWINS.map((name) => `${name}: forged`);
      assertIdentity(await passed(stand, bytesOf('GET', '/', [bearer(tokens[kind]), ...forged])), kind);
      for (const line of forged)
        assertIdentity(await passed(stand, bytesOf('GET', '/', [line, bearer(tokens[kind])])), kind);
    }
  });

  await t.test('C64: what Connection names takes no identity header away, and grants nothing', async () => {
    const lines = IDENTITY.map((name) => `Connection: ${name}`);
    const seen = await passed(stand, bytesOf('GET', '/', [bearer(tokens.reader), ...lines]));
    assertIdentity(seen, 'reader');
    assert.doesNotMatch(valuesOf(seen.headers, 'Connection').join(), /hallpass/i);
    for (const named of ['Authorization', 'X-Forwarded-Method', 'close, authorization, x-forwarded-method'])
      await refusedWith(
        stand,
        bytesOf('DELETE', '/', [bearer(tokens.reader), `Connection: ${named}`]),
        [400, 401, 403],
      );
  });

  await t.test("the service's own refusals come through as they are", async () => {
    for (const status of [401, 403, 404, 429, 500, 503]) {
      const answer = await stand.ask(bytesOf('GET', `/status/${status}`, [bearer(tokens.writer)]));
      assert.equal(answer.status, status);
      assert.match(answer.body, /"method":"GET"/);
      assert.equal(headerOf(answer, 'WWW-Authenticate'), undefined, `${proxy.name} ${status}`);
    }
  });
}

/** Runs everything that every guide promises against the real proxy. */
export function runMatrix(proxy: ProxyUnderTest): void {
  test(`${proxy.name}, set up as its guide says`, async (t) => {
    const stand = await standOf(t, proxy);
    await credentialCases(t, stand);
    await methodCases(t, stand, proxy);
    await identityCases(t, stand, proxy);
    await webSocketCases(t, stand, proxy);
    await doctorCases(t, stand, proxy);
    await failureCases(t, stand, proxy);
  });
}

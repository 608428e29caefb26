import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { describe, test } from 'node:test';
import type { RuleOptions } from 'hallpass/http/gate/rules';
import { ask, bearer, bytesOf, RawClient } from '../raw-client.ts';
import { type Stand, stand, valuesOf } from '../stand.ts';

const UPGRADE = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: dGhlIHNhbXBsZQ=='];

function rule(access: RuleOptions['access'], path: string, methods: readonly string[] | null = null) {
  return { host: null, methods, path, access };
}

const RULES = [
  rule('public', '/health'),
  rule('read', '/graphql', ['POST']),
  rule('write', '/export', ['GET']),
  rule('read', '/live', ['GET']),
  rule('public', '/open/**'),
];

type Who = keyof Stand['values'] | 'nobody';

async function statusOf(
  t: Parameters<typeof stand>[0],
  { port, values }: Stand,
  [who, method, target, ...lines]: readonly [Who, string, string, ...string[]],
): Promise<number> {
  const credential = who === 'nobody' ? [] : [bearer(values[who])];
  return (await ask(t, port, bytesOf(method, target, [...credential, ...lines]))).status;
}

describe('a gate with rules', () => {
  for (const [expected, ...request] of [
    [200, 'nobody', 'GET', '/health'],
    [200, 'nobody', 'POST', '/health'],
    [401, 'nobody', 'GET', '/health/'],
    [401, 'nobody', 'GET', '/HEALTH'],
    [401, 'nobody', 'GET', '/health;x'],
    [401, 'nobody', 'GET', '/other'],
    [200, 'reader', 'POST', '/graphql'],
    [200, 'reader', 'POST', '/graphql?a=b'],
    [403, 'reader', 'PUT', '/graphql'],
    [403, 'reader', 'POST', '/graphql/'],
    [403, 'reader', 'POST', '/GraphQL'],
    [401, 'nobody', 'POST', '/graphql'],
    [401, 'expired', 'POST', '/graphql'],
    [403, 'reader', 'GET', '/export'],
    [403, 'reader', 'HEAD', '/export'],
    [403, 'reader', 'GET', '/Export/'],
    [403, 'reader', 'GET', '/export.csv'],
    [200, 'reader', 'OPTIONS', '/export'],
    [200, 'writer', 'GET', '/export'],
    [200, 'reader', 'GET', '/other'],
    [403, 'reader', 'POST', '/other'],
  ] as const) {
    test(`${request.join(' ')} is a ${expected}`, async (t) => {
      const at = await stand(t, { rules: RULES });
      assert.equal(await statusOf(t, at, request), expected);
      assert.equal(at.seen.length, expected === 200 ? 1 : 0);
    });
  }

  for (const line of ['X-HTTP-Method-Override: DELETE', 'X_HTTP_METHOD: DELETE', 'X-Method-Override: GET'])
    test(`C46: a POST that may be read is a write again with ${line}`, async (t) => {
      const at = await stand(t, { rules: RULES });
      assert.equal(await statusOf(t, at, ['reader', 'POST', '/graphql', line]), 403);
      assert.equal(await statusOf(t, at, ['nobody', 'POST', '/health', line]), 401);
      assert.equal(at.seen.length, 0);
      assert.equal(await statusOf(t, at, ['writer', 'POST', '/graphql', line]), 200);
    });

  test('C46: a method in the query is a write under every rule', async (t) => {
    const at = await stand(t, { rules: RULES });
    assert.equal(await statusOf(t, at, ['reader', 'POST', '/graphql?_method=GET']), 403);
    assert.equal(await statusOf(t, at, ['reader', 'POST', '/graphql?_HttpMethod=PATCH']), 403);
    assert.equal(await statusOf(t, at, ['reader', 'GET', '/live?_method=DELETE']), 403);
    assert.equal(await statusOf(t, at, ['nobody', 'GET', '/health?_method=DELETE']), 401);
    assert.equal(at.seen.length, 0);
  });

  test('C46: a public GET loses its method override', async (t) => {
    const at = await stand(t, { rules: RULES });
    assert.equal(await statusOf(t, at, ['nobody', 'GET', '/health', 'X-HTTP-Method-Override: DELETE']), 200);
    assert.ok(!at.seen[0]?.headers.includes('DELETE'));
  });

  test('C63: what is public reaches the service without credential and without identity, forged or ours', async (t) => {
    const { port, values, seen, live } = await stand(t, { rules: RULES });
    const forged = [
      'X-Hallpass-Write: true',
      'X_Hallpass_Token_Id: tok_1',
      'Proxy-Authorization: Basic eA==',
    ];
    for (const credential of [
      [bearer(values.writer)],
      [bearer(values.unknown)],
      ['Authorization: Basic dTpw'],
      ['Authorization: Bearer'],
      [bearer(values.writer), bearer(values.reader)],
    ]) {
      const answer = await ask(t, port, bytesOf('GET', '/open/x', [...credential, ...forged]));
      assert.equal(answer.status, 200);
    }
    assert.equal(seen.length, 5);
    for (const { headers } of seen) {
      assert.deepEqual(
        headers.filter((text) => /hallpass|authorization/i.test(text)),
        [],
      );
      assert.equal(valuesOf(headers, 'X-Forwarded-For').length, 1);
      assert.equal(valuesOf(headers, 'X-Request-Id').length, 1);
    }
    assert.equal(live.counts.gate.allow, 0);
  });

  test('TRACE and CONNECT are refused under every rule', async (t) => {
    const at = await stand(t, { rules: [rule('public', '/**')] });
    assert.equal(await statusOf(t, at, ['writer', 'TRACE', '/health']), 405);
    assert.ok([400, 405].includes(await statusOf(t, at, ['writer', 'CONNECT', '/health'])));
    assert.equal(at.seen.length, 0);
  });

  test('C54: no rule opens the reserved prefix', async (t) => {
    const { port, apiCalls, seen } = await stand(t, { rules: [rule('public', '/**')] });
    assert.equal((await ask(t, port, bytesOf('GET', '/_/token'))).status, 418);
    for (const target of ['/%5f/token', '/_;/token', '/_%2ftoken', '//_/token', '/x/../_/token'])
      assert.equal((await ask(t, port, bytesOf('GET', target))).status, 400);
    assert.deepEqual([apiCalls, seen], [['GET /_/token'], []]);
  });

  for (const [who, path, status] of [
    ['reader', '/live', 101],
    ['writer', '/live', 101],
    ['writer', '/health', 101],
    ['reader', '/health', 403],
    ['nobody', '/live', 401],
    ['nobody', '/health', 401],
    ['reader', '/other', 403],
    ['reader', '/export', 403],
  ] as const) {
    test(`C47: a WebSocket at ${path} for ${who} is a ${status}`, async (t) => {
      const { port, values, upstream } = await stand(t, { rules: RULES });
      const upgrades: IncomingMessage[] = [];
      upstream.on('upgrade', (request, socket) => {
        upgrades.push(request);
        socket.on('error', () => {});
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
      });
      const client = await RawClient.open(t, port);
      client.send(bytesOf('GET', path, [...(who === 'nobody' ? [] : [bearer(values[who])]), ...UPGRADE]));
      assert.equal((await client.answer()).status, status);
      assert.equal(upgrades.length, status === 101 ? 1 : 0);
      client.socket.destroy();
      await once(client.socket, 'close');
    });
  }

  test('a GET that writes is not sent once more when its connection is lost', async (t) => {
    let requests = 0;
    const at = await stand(t, {
      rules: RULES,
      upstream: (request) => {
        requests++;
        request.socket.destroy();
      },
    });
    assert.deepEqual([await statusOf(t, at, ['writer', 'GET', '/export']), requests], [502, 1]);
    requests = 0;
    assert.deepEqual([await statusOf(t, at, ['reader', 'POST', '/graphql']), requests], [502, 1]);
    requests = 0;
    assert.deepEqual([await statusOf(t, at, ['nobody', 'GET', '/health']), requests], [502, 2]);
  });
});

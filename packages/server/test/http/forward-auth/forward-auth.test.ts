import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ask, bearer, bytesOf, headerOf, RawClient } from '../raw-client.ts';
import { NOW, PROXY_SECRET, stand, valuesOf } from '../stand.ts';

const TRUSTED = ['127.0.0.0/8'];
const SECRET = `X-Hallpass-Proxy-Secret: ${PROXY_SECRET}`;

/** What a read-only token gets from a believed proxy that sends this. */
const CASES: readonly [string, string, string, readonly string[], number][] = [
  ['C48', 'GET', '/_/verify', [], 403],
  ['C48', 'HEAD', '/_/verify', [], 403],
  ['C43', 'GET', '/_/verify', ['X-Forwarded-Method: GET'], 200],
  ['C43', 'GET', '/_/verify', ['X-Original-Method: HEAD'], 200],
  ['C43', 'GET', '/_/verify', ['x-forwarded-method: OPTIONS'], 200],
  ['C43', 'OPTIONS', '/_/verify', [], 200],
  ['C44', 'GET', '/_/verify', ['X-Forwarded-Method: POST'], 403],
  ['C44', 'GET', '/_/verify', ['X-Forwarded-Method: QUERY'], 403],
  ['C44', 'GET', '/_/verify', ['X-Forwarded-Method: PROPFIND'], 403],
  ['C44', 'GET', '/_/verify', ['X-Forwarded-Method: MADEUP'], 403],
  ['C44', 'GET', '/_/verify', ['X-Original-Method: DELETE'], 403],
  ['C44', 'GET', '/_/verify', ['X-Forwarded-Method: '], 403],
  ['C45', 'GET', '/_/verify', ['X-Forwarded-Method: TRACE'], 405],
  ['C45', 'GET', '/_/verify', ['X-Original-Method: CONNECT'], 405],
  ['C45', 'TRACE', '/_/verify', ['X-Forwarded-Method: GET'], 405],
  ['C47', 'GET', '/_/verify', ['X-Forwarded-Method: GET', 'Upgrade: websocket'], 403],
  ['C47', 'GET', '/_/verify', ['X-Forwarded-Method: GET', 'Upgrade: websocket', 'Connection: Upgrade'], 403],
  ['C49', 'DELETE', '/_/verify', ['X-Forwarded-Method: GET'], 403],
  ['C49', 'GET', '/_/verify', ['X-Forwarded-Method: GET', 'X-Original-Method: PUT'], 403],
  ['C51', 'GET', '/_/verify', ['X-Forwarded-Method: get'], 403],
  ['C51', 'GET', '/_/verify', ['X-Forwarded-Method: GET,GET'], 403],
  ['C51', 'GET', '/_/verify', ['X-Forwarded-Method: GET\xa0'], 403],
  ['C51', 'GET', '/_/verify', ['X-Forwarded-Method: GET', 'X-Forwarded-Method: GET'], 403],
  ['C53', 'GET', '/_/verify?method=GET&access=read&read=1', [], 403],
  ['C53', 'GET', '/_/verify/write?read', ['X-Forwarded-Method: GET'], 403],
  ['C53', 'GET', '/_/verify/read?write', ['X-Forwarded-Method: DELETE'], 200],
  ['C43', 'GET', '/_/ext-authz/things?a=b', [], 200],
  ['C43', 'HEAD', '/_/ext-authz', [], 200],
  ['C43', 'GET', '/_/ext-authz/a/../%2f//x', [], 200],
  ['C44', 'POST', '/_/ext-authz/things', [], 403],
  ['C44', 'DELETE', '/_/ext-authz/things', ['X-Forwarded-Method: GET'], 403],
  ['C45', 'TRACE', '/_/ext-authz/things', [], 405],
  ['C47', 'GET', '/_/ext-authz/chat', ['Upgrade: websocket', 'Connection: Upgrade'], 403],
];

describe('forward auth', () => {
  for (const [number, method, target, lines, status] of CASES) {
    test(`${number}: ${method} ${target} with [${lines.join('; ')}] gets a read-only token ${status}`, async (t) => {
      const { port, values, seen, apiCalls } = await stand(t, { trusted: TRUSTED });
      const bytes = bytesOf(method, target, [bearer(values.reader), 'Content-Length: 0', ...lines]);
      const answer = await ask(t, port, bytes);
      assert.equal(answer.status, status);
      if (status === 403) {
        assert.equal(
          headerOf(answer, 'WWW-Authenticate'),
          'Bearer realm="hallpass", error="insufficient_scope", scope="write"',
        );
      }
      if (status === 405) assert.ok(headerOf(answer, 'Allow')?.includes('GET'));
      assert.deepEqual([seen.length, apiCalls.length], [0, 0]);
    });
  }

  for (const [target, method, lines] of [
    ['/_/verify', 'GET', ['X-Forwarded-Method: GET']],
    ['/_/verify', 'OPTIONS', []],
    ['/_/ext-authz/x', 'GET', []],
  ] as const) {
    test(`${method} ${target} counts as a write unless the proxy is listed or knows the secret`, async (t) => {
      const { port, values } = await stand(t);
      const statusWith = async (...more: string[]) =>
        (await ask(t, port, bytesOf(method, target, [bearer(values.reader), ...lines, ...more]))).status;
      assert.equal(await statusWith(), 403);
      assert.equal(await statusWith('X-Forwarded-For: 127.0.0.1'), 403);
      assert.equal(await statusWith(SECRET), 200);
      assert.equal(await statusWith(`${SECRET}x`), 403);
      assert.equal(await statusWith(SECRET, SECRET), 403);
      assert.equal(await statusWith('X-Hallpass-Proxy-Secret:'), 403);
    });
  }

  test('an allowed request gets 200, an empty body, and every identity header', async (t) => {
    const { port, values } = await stand(t);
    const client = await RawClient.open(t, port);
    client.send(bytesOf('GET', '/_/verify', [bearer(values.writer), 'X-Request-Id: abc-1']));
    const answer = await client.answer();
    assert.equal(answer.status, 200);
    assert.equal(answer.body, '');
    assert.equal(headerOf(answer, 'Content-Length'), '0');
    assert.equal(headerOf(answer, 'Cache-Control'), 'no-store');
    assert.equal(headerOf(answer, 'X-Request-Id'), 'abc-1');
    assert.match(headerOf(answer, 'X-Hallpass-Token-Id') ?? '', /^tok_[0-9A-Z]{26}$/);
    assert.equal(headerOf(answer, 'X-Hallpass-Token-Name'), 'the%20%F0%9F%A6%8A%20writer');
    assert.equal(headerOf(answer, 'X-Hallpass-Write'), 'true');
    assert.equal(headerOf(answer, 'X-Hallpass-Expires'), 'never');

    client.send(bytesOf('GET', '/_/verify/read', [bearer(values.reader), 'X-Request-Id: <script>']));
    const second = await client.answer();
    assert.equal(headerOf(second, 'X-Hallpass-Write'), 'false');
    assert.equal(headerOf(second, 'X-Hallpass-Expires'), new Date(NOW + 1).toISOString());
    assert.equal(headerOf(second, 'X-Request-Id'), undefined);
  });

  test('every kind of token on every path gets the same headers or a refusal, never part of them', async (t) => {
    const { port, values } = await stand(t);
    for (const value of Object.values(values)) {
      for (const path of ['verify', 'verify/read', 'verify/write', 'ext-authz/a']) {
        const answer = await ask(t, port, bytesOf('GET', `/_/${path}`, [bearer(value)]));
        const identity = answer.headers.filter((name) => name.startsWith('X-Hallpass-'));
        assert.equal(identity.length, answer.status === 200 ? 4 : 0);
        assert.deepEqual(valuesOf(answer.headers, 'location'), []);
      }
    }
  });

  test('C47: a sub-request that is itself an upgrade is answered, and the connection closes', async (t) => {
    const { port, values } = await stand(t, { trusted: TRUSTED });
    for (const [value, status] of [
      [values.writer, 200],
      [values.reader, 403],
      [values.unknown, 401],
    ] as const) {
      for (const protocol of ['websocket', 'WebSocket']) {
        const client = await RawClient.open(t, port);
        const lines = [
          bearer(value),
          'X-Forwarded-Method: GET',
          'Connection: Upgrade',
          `Upgrade: ${protocol}`,
        ];
        client.send(bytesOf('GET', '/_/verify', lines));
        const answer = await client.answer();
        assert.equal(answer.status, status);
        assert.equal(headerOf(answer, 'Connection'), 'close');
        assert.equal(await client.rest(), '');
      }
    }
  });

  test('C47: a proxy may ask with HEAD about a WebSocket', async (t) => {
    const { port, values } = await stand(t, { trusted: TRUSTED });
    for (const [value, status] of [
      [values.writer, 200],
      [values.reader, 403],
    ] as const) {
      const lines = [bearer(value), 'X-Forwarded-Method: GET', 'Upgrade: websocket'];
      assert.equal((await ask(t, port, bytesOf('HEAD', '/_/verify', lines))).status, status);
    }
  });

  for (const [what, method, lines] of [
    ['h2c', 'GET', ['Upgrade: h2c']],
    ['a made-up protocol', 'GET', ['Upgrade: magic/1']],
    ['a list of protocols', 'GET', ['Upgrade: websocket, h2c']],
    ['two Upgrade lines', 'GET', ['Upgrade: websocket', 'Upgrade: websocket']],
    ['a WebSocket by POST', 'POST', ['Upgrade: websocket']],
    [
      'a WebSocket by what the proxy says is a POST',
      'GET',
      ['Upgrade: websocket', 'X-Forwarded-Method: POST'],
    ],
    ['a WebSocket by what may be a POST', 'GET', ['Upgrade: websocket', 'X-Original-Method: POST']],
  ] as const) {
    test(`C65: ${what} is a 400 unsupported_upgrade on every path, whoever asks`, async (t) => {
      for (const trusted of [TRUSTED, []]) {
        const { port, values } = await stand(t, { trusted });
        for (const path of ['verify', 'verify/read', 'verify/write', 'ext-authz/a'])
          for (const connection of ['Connection: Upgrade', 'Connection: keep-alive']) {
            const bytes = bytesOf(method, `/_/${path}`, [bearer(values.writer), connection, ...lines]);
            const answer = await ask(t, port, bytes);
            assert.equal(answer.status, 400);
            assert.equal(JSON.parse(answer.body).code, 'unsupported_upgrade');
          }
      }
    });
  }

  test('a neighbour of the verify paths is the API, not an answer', async (t) => {
    const { port, values, apiCalls } = await stand(t);
    for (const path of ['/_/verify/', '/_/verify/other', '/_/verifyx', '/_/ext-authzx', '/_/VERIFY']) {
      assert.equal((await ask(t, port, bytesOf('GET', path, [bearer(values.writer)]))).status, 418);
    }
    assert.equal(apiCalls.length, 5);
  });

  test('nothing is decided before the table is loaded: 503 with Retry-After', async (t) => {
    const { port, live, values } = await stand(t);
    Object.defineProperty(live, 'check', { value: () => ({ allow: false, reason: 'not_ready' }) });
    const answer = await ask(t, port, bytesOf('GET', '/_/verify', [bearer(values.writer)]));
    assert.equal(answer.status, 503);
    assert.equal(headerOf(answer, 'Retry-After'), '5');
  });

  test('C115: an exception at the door is a refusal, and the server lives', async (t) => {
    const { port, live, values, faults } = await stand(t);
    const check = live.check.bind(live);
    Object.defineProperty(live, 'check', {
      configurable: true,
      value: () => {
        throw new Error('broken');
      },
    });
    for (const path of ['/_/verify', '/things']) {
      const answer = await ask(t, port, bytesOf('GET', path, [bearer(values.writer)]));
      assert.equal(answer.status, 503);
      assert.ok(!answer.body.includes('broken'));
    }
    assert.equal(faults.length, 2);
    Object.defineProperty(live, 'check', { value: check });
    assert.equal((await ask(t, port, bytesOf('GET', '/_/verify', [bearer(values.writer)]))).status, 200);
  });
});

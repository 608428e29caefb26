import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ask, bearer, bytesOf, headerOf } from '../raw-client.ts';
import { type StandOptions, stand, type Upstream, valuesOf } from '../stand.ts';

/** What the upstream gets of these lines. */
async function forwarded(
  t: Parameters<typeof stand>[0],
  lines: readonly string[],
  options: StandOptions & { token?: 'reader' | 'writer' } = {},
): Promise<readonly string[]> {
  const { port, values, seen } = await stand(t, options);
  const token = bearer(values[options.token ?? 'writer']);
  assert.equal((await ask(t, port, bytesOf('GET', '/x', [token, ...lines]))).status, 200);
  return seen[0]?.headers ?? [];
}

function answering(headers: readonly string[]): Upstream {
  return (_request, response) => {
    response.writeHead(200, headers as string[]);
    response.end('ok');
  };
}

describe('headers on their way to the upstream', () => {
  for (const name of [
    'X-Hallpass-Write',
    'X_Hallpass_Write',
    'X.Hallpass.Write',
    'X-Hallpass_Write',
    'x.hallpass-write',
    'XHALLPASSWRITE',
    'X--Hallpass--Write',
    'X-Hallpass!Write',
  ]) {
    test(`C63: a forged ${name} never arrives, the upstream sees one, ours`, async (t) => {
      const headers = await forwarded(t, [`${name}: true`, `${name}: true`], { token: 'reader' });
      assert.deepEqual(valuesOf(headers, 'X-Hallpass-Write'), ['false']);
    });
  }

  test("C63: no header of the family is the client's to send, also one that does not exist yet", async (t) => {
    const headers = await forwarded(t, ['X-Hallpass-Proxy-Secret: guess', 'X_Hallpass_Admin: 1']);
    assert.deepEqual(
      headers.filter((text) => /hallpass/i.test(text)),
      ['X-Hallpass-Token-Id', 'X-Hallpass-Token-Name', 'X-Hallpass-Write', 'X-Hallpass-Expires'],
    );
  });

  test('C64: Connection cannot take our headers away', async (t) => {
    const names =
      'X-Hallpass-Token-Name, x-hallpass-write, X-Forwarded-For, X-Request-Id, Host, Content-Length';
    const headers = await forwarded(t, [
      `Connection: keep-alive, ${names}`,
      'Connection: X-Hallpass-Token-Id',
    ]);
    for (const name of ['Token-Name', 'Token-Id', 'Write']) {
      assert.equal(valuesOf(headers, `X-Hallpass-${name}`).length, 1);
    }
    assert.deepEqual(valuesOf(headers, 'X-Forwarded-For'), ['127.0.0.1']);
    assert.deepEqual(valuesOf(headers, 'Host'), ['service.test']);
    assert.equal(valuesOf(headers, 'X-Request-Id').length, 1);
  });

  test('C68: hop-by-hop headers, and those that any Connection line names, end at the gate', async (t) => {
    const headers = await forwarded(t, [
      'Connection: X-One , X-Two',
      'connection: x-three',
      'X-One: 1',
      'x-two: 2',
      'X-THREE: 3',
      'X-Four: 4',
      'Keep-Alive: timeout=5',
      'Proxy-Connection: keep-alive',
      'Proxy-Authorization: Basic dTpw',
      'TE: gzip, trailers;q=1',
      'Trailer: X-Five',
      'Upgrade: h2c',
      'HTTP2-Settings: AAMAAABk',
    ]);
    const names = headers.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
    for (const gone of [
      'x-one',
      'x-two',
      'x-three',
      'keep-alive',
      'proxy-connection',
      'proxy-authorization',
      'trailer',
      'upgrade',
      'http2-settings',
    ]) {
      assert.ok(!names.includes(gone), gone);
    }
    assert.deepEqual(valuesOf(headers, 'X-Four'), ['4']);
    assert.deepEqual(valuesOf(headers, 'TE'), ['trailers']);
  });

  test("what is nobody else's business arrives as it was sent: spelling, order, doubles, bytes", async (t) => {
    const lines = ['x-Odd_Name: 1', 'Accept: a', 'accept: b', 'Cookie: a=b; c="\xe9"', 'X-Empty:'];
    const headers = await forwarded(t, lines);
    const at = headers.indexOf('x-Odd_Name');
    assert.deepEqual(headers.slice(at, at + 10), [
      ...['x-Odd_Name', '1', 'Accept', 'a', 'accept', 'b', 'Cookie', 'a=b; c="\xe9"', 'X-Empty', ''],
    ]);
  });

  test('what an unlisted client says of itself is replaced, in every spelling', async (t) => {
    const headers = await forwarded(t, [
      'X-Forwarded-For: 10.9.9.9',
      'X_Forwarded_For: 10.9.9.9',
      'X-Forwarded-Host: evil.test',
      'X-Forwarded-Proto: https',
      'X-Forwarded-Prefix: /admin',
      'Forwarded: for=10.9.9.9',
      'X-Real-IP: 10.9.9.9',
      'X-Original-URL: /_/token',
      'X-Rewrite-URL: /_/token',
    ]);
    assert.deepEqual(valuesOf(headers, 'X-Forwarded-For'), ['127.0.0.1']);
    assert.deepEqual(valuesOf(headers, 'X-Forwarded-Host'), ['service.test']);
    assert.deepEqual(valuesOf(headers, 'X-Forwarded-Proto'), ['http']);
    assert.deepEqual(valuesOf(headers, 'Forwarded'), ['for=127.0.0.1;host="service.test";proto=http']);
    for (const name of ['X-Forwarded-Prefix', 'X-Real-IP', 'X-Original-URL', 'X-Rewrite-URL']) {
      assert.deepEqual(valuesOf(headers, name), []);
    }
  });

  test('what a listed proxy says is kept, with its own address added', async (t) => {
    const lines = [
      'X-Forwarded-For: 203.0.113.7',
      'X-Forwarded-For: 10.0.0.1',
      'X-Forwarded-Proto: https',
      'X-Forwarded-Host: public.test',
      'Forwarded: for=203.0.113.7;proto=https',
    ];
    const headers = await forwarded(t, lines, { trusted: ['127.0.0.1'] });
    assert.deepEqual(valuesOf(headers, 'X-Forwarded-For'), ['203.0.113.7, 10.0.0.1, 127.0.0.1']);
    assert.deepEqual(valuesOf(headers, 'X-Forwarded-Proto'), ['https']);
    assert.deepEqual(valuesOf(headers, 'X-Forwarded-Host'), ['public.test']);
    assert.deepEqual(valuesOf(headers, 'Forwarded'), [
      'for=203.0.113.7;proto=https, for=127.0.0.1;host="service.test";proto=http',
    ]);
  });

  test("one request id goes upstream and back: the client's if it is plain, else a new one", async (t) => {
    const { port, values, seen } = await stand(t);
    const sent = await ask(t, port, bytesOf('GET', '/x', [bearer(values.writer), 'X-Request-Id: abc_1.2-3']));
    assert.equal(headerOf(sent, 'X-Request-Id'), 'abc_1.2-3');
    const odd = await ask(t, port, bytesOf('GET', '/x', [bearer(values.writer), 'X-Request-Id: a b']));
    const made = headerOf(odd, 'X-Request-Id') ?? '';
    assert.match(made, /^[A-Za-z0-9._-]{1,128}$/);
    assert.deepEqual(
      seen.map(({ headers }) => valuesOf(headers, 'X-Request-Id')),
      [['abc_1.2-3'], [made]],
    );
  });
});

describe('headers on their way back', () => {
  test('C68: hop-by-hop headers of the upstream, and those its Connection names, end at the gate', async (t) => {
    const upstream = answering([
      'Connection',
      'X-One, keep-alive',
      'X-One',
      '1',
      'X-Two',
      '2',
      'Keep-Alive',
      'timeout=9',
    ]);
    const { port, values } = await stand(t, { upstream });
    const answer = await ask(t, port, bytesOf('GET', '/x', [bearer(values.reader)]));
    assert.equal(headerOf(answer, 'X-One'), undefined);
    assert.equal(headerOf(answer, 'X-Two'), '2');
    assert.ok(!valuesOf(answer.headers, 'Connection').join().includes('X-One'));
    assert.notEqual(headerOf(answer, 'Keep-Alive'), 'timeout=9');
  });

  test('C74: the upstream cannot pose as us', async (t) => {
    const upstream = answering([
      'X-Hallpass-Write',
      'true',
      'x_hallpass_token_id',
      'tok_x',
      'X-Request-Id',
      'mine',
    ]);
    const { port, values } = await stand(t, { upstream });
    const answer = await ask(t, port, bytesOf('GET', '/x', [bearer(values.reader), 'X-Request-Id: abc']));
    assert.deepEqual(
      answer.headers.filter((text) => /hallpass/i.test(text)),
      [],
    );
    assert.deepEqual(valuesOf(answer.headers, 'X-Request-Id'), ['abc']);
  });

  test('everything else comes back as it was sent: status, message, doubles, bytes', async (t) => {
    const { port, values } = await stand(t, {
      upstream: (_request, response) => {
        response.writeHead(299, 'Rather Fine', [
          'Set-Cookie',
          'a=1',
          'Set-Cookie',
          'b=2',
          'X-Odd_Name',
          '\xe9',
        ]);
        response.end('caf\xe9', 'latin1');
      },
    });
    const answer = await ask(t, port, bytesOf('GET', '/x', [bearer(values.reader)]));
    assert.match(answer.bytes, /^HTTP\/1\.1 299 Rather Fine\r\n/);
    assert.deepEqual(valuesOf(answer.headers, 'Set-Cookie'), ['a=1', 'b=2']);
    assert.equal(headerOf(answer, 'X-Odd_Name'), '\xe9');
    assert.equal(answer.body, 'caf\xe9');
    assert.equal(valuesOf(answer.headers, 'Date').length, 1);
  });

  test('words for a status that are no ASCII are left away, and the answer comes', async (t) => {
    const { port, values } = await stand(t, {
      upstream: (_request, response) => response.writeHead(404, 'introuvable, d\xe9sol\xe9').end('ok'),
    });
    const answer = await ask(t, port, bytesOf('GET', '/x', [bearer(values.reader)]));
    assert.match(answer.bytes, /^HTTP\/1\.1 404 Not Found\r\n/);
    assert.equal(answer.body, 'ok');
  });
});

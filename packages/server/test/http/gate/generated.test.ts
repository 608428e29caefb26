import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { bearer, RawClient } from '../raw-client.ts';
import { PROXY_SECRET, type Seen, stand, type Values } from '../stand.ts';

/** Generated requests a test. A long run multiplies it. */
const REQUESTS = 3000;

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

const method = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('GET', 'HEAD', 'OPTIONS', 'POST', 'DELETE', 'QUERY') },
  { weight: 1, arbitrary: fc.constantFrom('TRACE', 'get', 'MADEUP', '') },
);

const piece = fc.constantFrom(
  ...['/', '_', '.', '..', 'a', 'token', 'verify', ';', '%', '\\', '?', '#', '&_method=', 'DELETE'],
  ...['%5f', '%2e', '%2F', '%5c', '%25', '%00', '%c0%af', '5f', '2f', ':', '@'],
);
const target = fc.oneof(
  { weight: 4, arbitrary: fc.array(piece, { maxLength: 6 }).map((pieces) => `/${pieces.join('')}`) },
  { weight: 2, arbitrary: fc.constantFrom('/things', '/a/b?c=d', '/_x', '/a%20b') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('*', 'http://service.test/a', 'http://evil.test/a', '//evil.test/a', 'a'),
  },
);

const who = fc.constantFrom<keyof Values>(
  'writer',
  'writer',
  'reader',
  'reader',
  'reader',
  'expired',
  'inactive',
  'unknown',
);

const credential = fc.oneof(
  { weight: 8, arbitrary: fc.constant('Authorization: Bearer TOKEN') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'authorization: bEARER   TOKEN  ',
      'Authorization: Bearer\tTOKEN',
      'Authorization: Bearer TOKEN, TOKEN',
      'Authorization: Basic TOKEN',
      'Authorization : Bearer TOKEN',
      'X-Authorization: Bearer TOKEN',
      'Cookie: token=TOKEN',
    ),
  },
);

const line = fc.constantFrom(
  'X-Hallpass-Write: true',
  'X_Hallpass.Write: true',
  'X-HTTP-Method-Override: DELETE',
  'X_HTTP_Method: DELETE',
  'X-Forwarded-Method: GET',
  'X-Original-Method: GET',
  'X-Forwarded-For: 127.0.0.1',
  'X-Original-URL: /_/token',
  'Connection: Authorization, X-Hallpass-Write',
  'Connection: Upgrade',
  'Upgrade: h2c',
  'Upgrade: websocket',
  'Host: evil.test',
  'Content-Length: 0',
  'Content-Length: 5',
  'Content-Length: 5, 5',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: identity, chunked',
  'TE: trailers',
  'Expect: 100-continue',
  'X: a\0b',
);

interface Generated {
  readonly method: string;
  readonly target: string;
  readonly who: keyof Values;
  readonly lines: readonly string[];
  readonly version: string;
}

const generated: fc.Arbitrary<Generated> = fc.record({
  method,
  target,
  who,
  lines: fc
    .tuple(
      fc.oneof(
        { weight: 5, arbitrary: fc.constant(['Authorization: Bearer TOKEN']) },
        { weight: 1, arbitrary: fc.array(credential, { maxLength: 2 }) },
      ),
      fc.array(line, { maxLength: 2 }),
    )
    .map(([credentials, others]) => [...credentials, ...others]),
  version: fc.oneof(
    { weight: 9, arbitrary: fc.constant('1.1') },
    { weight: 1, arbitrary: fc.constant('1.0') },
  ),
});

/** Enough for a body of five bytes as well as for a chunked one, so that the server never waits for more. */
const BODY = '5\r\nhello\r\n0\r\n\r\n';

function bytesOf(request: Generated, values: Values, id: number): string {
  const lines = request.lines.map((text) => text.replaceAll('TOKEN', values[request.who]));
  const head = [
    `${request.method} ${request.target} HTTP/${request.version}`,
    'Host: service.test',
    ...lines,
  ];
  const body = lines.some((text) => /^(?:content-length: 5|transfer)/i.test(text)) ? BODY : '';
  return `${head.join('\r\n')}\r\nX-Request-Id: ${id}\r\nConnection: close\r\n\r\n${body}`;
}

/** Everything the server sends back. */
async function exchange(port: number, bytes: string): Promise<string> {
  const client = await RawClient.open(undefined, port);
  client.send(bytes);
  const text = await client.rest();
  client.socket.destroy();
  return text;
}

function onlyValueOf(headers: readonly string[], name: string): string | undefined {
  const found = headers.filter((_, i) => i % 2 === 1 && headers[i - 1] === name);
  assert.ok(found.length <= 1);
  return found[0];
}

/** What must hold of every request that arrived upstream, whatever was sent to us. */
function checkPassed(request: Generated, got: Seen): void {
  assert.ok(request.who === 'writer' || request.who === 'reader');
  assert.equal(request.lines.filter((text) => /^authorization *:/i.test(text)).length, 1);
  assert.equal(got.method, request.method);
  assert.equal(got.url, request.target.replace(/^http:\/\/service\.test/, ''));
  assert.ok(!/^\/_(?:[/?]|$)|\\|#|\/\/|%2f|%5c/i.test(got.url.split('?')[0] as string));
  const write = request.who === 'writer';
  assert.equal(onlyValueOf(got.headers, 'X-Hallpass-Write'), String(write));
  const names = got.headers
    .filter((_, i) => i % 2 === 0)
    .map((name) => name.toLowerCase().replace(/[^a-z]/g, ''));
  assert.equal(names.filter((name) => name.startsWith('xhallpass')).length, 4);
  assert.ok(!names.includes('authorization') && !names.includes('xoriginalurl'));
  if (write) return;
  assert.ok(READING.has(got.method));
  const query = got.url.includes('?') ? got.url.slice(got.url.indexOf('?')) : '';
  for (const named of new URLSearchParams(query).getAll('_method')) assert.ok(READING.has(named));
  assert.ok(!names.includes('xhttpmethodoverride') && !names.includes('xhttpmethod'));
}

describe('generated requests', () => {
  test('C54 C60 C63: none passes that should not, what was decided on is what is forwarded, none breaks the server', async (t) => {
    const at = await stand(t);
    const sent: Generated[] = [];
    await fc.assert(
      fc.asyncProperty(generated, async (request) => {
        const text = await exchange(at.port, bytesOf(request, at.values, sent.push(request) - 1));
        assert.match(text, /^HTTP\/1\.1 [1-4]/);
      }),
      { numRuns: REQUESTS },
    );
    await at.gate.close();
    assert.deepEqual(at.faults, []);
    assert.ok(at.seen.length > REQUESTS / 20, `only ${at.seen.length} passed`);
    const ids = at.seen.map(({ headers }) => Number(onlyValueOf(headers, 'X-Request-Id')));
    assert.equal(new Set(ids).size, ids.length);
    for (const [i, got] of at.seen.entries()) checkPassed(sent[ids[i] as number] as Generated, got);
  });

  test('C48 C49 C51: no set of forwarded headers makes a write of a read-only token an allowed one', async (t) => {
    const at = await stand(t);
    const header = fc
      .tuple(
        fc.constantFrom('X-Forwarded-Method', 'x-original-method', 'X-Forwarded_Method', 'X-Method'),
        fc.constantFrom('GET', 'HEAD', 'OPTIONS', 'POST', 'DELETE', 'get', 'GET,POST', 'TRACE', ''),
      )
      .map(([name, value]) => `${name}: ${value}`);
    const sets = fc.record({
      own: fc.constantFrom('GET', 'HEAD', 'OPTIONS', 'POST', 'DELETE'),
      headers: fc.array(header, { maxLength: 3 }),
      secret: fc.boolean(),
      upgrade: fc.boolean(),
    });
    const client = await RawClient.open(t, at.port);
    await fc.assert(
      fc.asyncProperty(sets, async ({ own, headers, secret, upgrade }) => {
        const more = [
          ...(secret ? [`X-Hallpass-Proxy-Secret: ${PROXY_SECRET}`] : []),
          ...(upgrade ? ['Upgrade: websocket'] : []),
        ];
        const lines = [
          'Host: service.test',
          bearer(at.values.reader),
          ...headers,
          ...more,
          'Content-Length: 0',
        ];
        client.send(`${own} /_/verify HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
        const { status } = await client.answer(own === 'HEAD');
        const named = headers.filter((text) => /^x-(?:forwarded|original)-method:/i.test(text));
        const methods = named.map((text) => text.slice(text.indexOf(':') + 2));
        const once = new Set(named.map((text) => text.toLowerCase().split(':')[0])).size === named.length;
        const known = named.length > 0 || own === 'OPTIONS';
        const reads =
          secret && !upgrade && once && known && [own, ...methods].every((name) => READING.has(name));
        if (reads) assert.equal(status, 200);
        else assert.ok(status === 403 || status === 405);
      }),
      { numRuns: REQUESTS },
    );
  });
});

import fc from 'fast-check';
import type { Values } from '../http/stand.js';

const method = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('GET', 'HEAD', 'OPTIONS', 'POST', 'DELETE', 'QUERY') },
  { weight: 1, arbitrary: fc.constantFrom('TRACE', 'get', 'MADEUP', '') },
);

const piece = fc.constantFrom(
  ...['/', '_', '.', '..', 'a', 'token', 'verify', ';', '%', '\\', '?', '#', '&_method=', 'DELETE'],
  ...['%5f', '%2e', '%2F', '%5c', '%25', '%00', '%c0%af', '%EF%BC%BF', '5f', '2f', ':', '@', '=', '&'],
  ...['.method', '[method', '+_method', '_method[]', '%255Fmethod', 'GET'],
  ...['x-http-method-override=', '&_HttpMethod=', '%EF%BC%8E', '%E2%80%8B', '%EF%BC%8F', '%20'],
);
const target = fc.oneof(
  { weight: 4, arbitrary: fc.array(piece, { maxLength: 6 }).map((pieces) => `/${pieces.join('')}`) },
  { weight: 2, arbitrary: fc.array(piece, { maxLength: 4 }).map((pieces) => `/a?${pieces.join('')}`) },
  { weight: 2, arbitrary: fc.constantFrom('/things', '/a/b?c=d', '/_x', '/a%20b') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('*', 'http://service.test/a', 'http://evil.test/a', '//evil.test/a', 'a'),
  },
);

const who = fc.constantFrom<keyof Values>(
  ...(['writer', 'writer', 'reader', 'reader', 'reader', 'expired', 'inactive', 'unknown'] as const),
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

export interface HostileRequest {
  readonly method: string;
  readonly target: string;
  readonly who: keyof Values;
  readonly lines: readonly string[];
  readonly version: string;
}

export const hostileRequest: fc.Arbitrary<HostileRequest> = fc.record({
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

export function bytesOfHostile(request: HostileRequest, values: Values, id: number): string {
  const lines = request.lines.map((text) => text.replaceAll('TOKEN', values[request.who]));
  const head = [
    `${request.method} ${request.target} HTTP/${request.version}`,
    'Host: service.test',
    ...lines,
  ];
  const body = lines.some((text) => /^(?:content-length: 5|transfer)/i.test(text)) ? BODY : '';
  return `${head.join('\r\n')}\r\nX-Request-Id: ${id}\r\nConnection: close\r\n\r\n${body}`;
}

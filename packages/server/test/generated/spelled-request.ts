import fc from 'fast-check';
import type { Values } from '../http/stand.js';

/** One path in two spellings, and what is sent with it. */
export interface SpelledRequest {
  readonly plain: string;
  readonly spelled: string;
  readonly query: string;
  readonly absolute: boolean;
  readonly method: string;
  readonly who: keyof Values;
  readonly lines: readonly string[];
}

function escapeOf(char: string, level: number): string {
  const hex = char.charCodeAt(0).toString(16);
  return `%${'25'.repeat(level)}${level % 2 === 0 ? hex : hex.toUpperCase()}`;
}

const spellChar = fc.oneof(
  { weight: 12, arbitrary: fc.constant((char: string) => char) },
  { weight: 1, arbitrary: fc.nat(2).map((level) => (char: string) => escapeOf(char, level)) },
  { weight: 1, arbitrary: fc.constant((char: string) => char.toUpperCase()) },
);
const before = fc.oneof(
  { weight: 12, arbitrary: fc.constant('/') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '//',
      '/./',
      '/x/../',
      '%2f',
      '/%2e/',
      '\\',
      '/;/',
      ';a=b/',
      '/%20',
      './',
      '/%00/',
      '/%20../',
      '/x/%EF%BC%8E%EF%BC%8E/',
      '/x/.%E2%80%8B./',
      '/x%EF%BC%8F..%EF%BC%8F',
    ),
  },
);
const after = fc.oneof(
  { weight: 12, arbitrary: fc.constant('') },
  { weight: 2, arbitrary: fc.constantFrom('/', '.', '%20', ';x', '#f', '/.', '/..', '%c0%af', '%EF%BC%8F') },
);

const segment = fc.constantFrom('_', '_', 'token', 'things', 'a', 'Report-1', '_x', '~v');
const path = fc.array(fc.tuple(before, segment, fc.infiniteStream(spellChar)), {
  minLength: 1,
  maxLength: 3,
});

const line = fc.constantFrom(
  ...[
    'Accept: */*',
    'X-A: 1',
    'x-a: 2',
    'Cookie: a=b; c=d',
    'X_B: 3',
    'Content-Type: text/plain',
    'X-C: \u00fc',
  ],
  ...['Connection: X-A', 'Connection: close, x_b', 'Keep-Alive: 5', 'Proxy-Authorization: Basic eA=='],
  ...[
    'X-Hallpass-Write: true',
    'X_Hallpass.Token-Name: root',
    'X-Forwarded-Method: GET',
    'X-Original-URL: /x',
  ],
);

export const spelledRequest: fc.Arbitrary<SpelledRequest> = fc
  .record({
    path,
    after,
    query: fc.constantFrom(
      '',
      '',
      '?',
      '?a=%2f//../_/b',
      '?_method=GET',
      '?_method=PUT',
      '?.method=PUT',
      '?x\\y',
    ),
    absolute: fc.boolean(),
    method: fc.constantFrom('GET', 'GET', 'HEAD', 'OPTIONS', 'POST', 'DELETE', 'PROPFIND'),
    who: fc.constantFrom<keyof Values>('writer', 'reader', 'reader', 'expired', 'unknown'),
    lines: fc.array(line, { maxLength: 4 }),
  })
  .map(({ path: pieces, after: end, ...rest }) => ({
    ...rest,
    plain: pieces.map(([, text]) => `/${text}`).join(''),
    spelled: `${pieces.map(([start, text, chars]) => start + [...text].map((char) => chars.next().value(char)).join('')).join('')}${end}`,
  }));

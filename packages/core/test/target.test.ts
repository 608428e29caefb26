import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isReservedPrefix, type Target, targetReader } from '@hallpass/core/target';
import fc from 'fast-check';

const RUNS = 20_000;

const read = targetReader('/_/');
const HOST = 'service.test:8080';

function reasonOf(target: Target): string {
  return target.ok ? `ok ${target.text}` : target.reason;
}

describe('a request target', () => {
  for (const text of [
    '/',
    '/things',
    '/things/',
    '/things?a=/../x&b=%zz&c=//',
    '/.well-known/x',
    '/a.b/...',
    '/%E4%BD%A0?q=%',
    '/100%25',
    '/a%20b',
    '/c%23.txt',
    '/AC%EF%BC%8FDC',
    '/wait%E2%80%A6/%E2%80%A6',
    '/.%E9%85%8D%E7%BD%AE/x',
    '/%FF/x',
    '/a;v=1/b',
    '/_x',
    '/__/x',
    '/x/_/token',
  ]) {
    test(`${text} has one meaning and is forwarded as it stands`, () => {
      const target = read(text, HOST);
      assert.deepEqual(target, {
        ok: true,
        text,
        path: text.split('?')[0],
        query: text.includes('?') ? text.slice(text.indexOf('?')) : '',
        reserved: false,
      });
    });
  }

  for (const text of ['/_', '/_/', '/_/token', '/_?x', '/_/token/value?name=a']) {
    test(`${text} is reserved`, () => {
      const target = read(text, HOST);
      assert.ok(target.ok && target.reserved);
    });
  }

  for (const [text, reason] of [
    ['', 'form'],
    ['*', 'form'],
    ['things', 'form'],
    ['service.test:443', 'form'],
    ['ftp://service.test:8080/', 'form'],
    ['http://evil.test/x', 'authority'],
    ['http:///x', 'authority'],
    ['http://u@service.test:8080/x', 'authority'],
    ['/a#/_/x', 'fragment'],
    ['/a?b#c', 'fragment'],
    ['/a\\b', 'backslash'],
    ['/a%5Cb', 'backslash'],
    ['/a%255cb', 'backslash'],
    ['//things', 'slash'],
    ['/a//b', 'slash'],
    ['/a/%2fb', 'slash'],
    ['/a%252Fb', 'slash'],
    ['/a%25252fb', 'slash'],
    ['/;x/_/token', 'slash'],
    ['/./a', 'dot_segment'],
    ['/a/..', 'dot_segment'],
    ['/a/%2e%2E/b', 'dot_segment'],
    ['/a/.%2e/b', 'dot_segment'],
    ['/a/%252e./b', 'dot_segment'],
    ['/public/..;/admin', 'dot_segment'],
    ['/public/..%3b/admin', 'dot_segment'],
    ['/a/..%20/b', 'dot_segment'],
    ['/a/%20../b', 'dot_segment'],
    ['/a/..::$DATA/b', 'dot_segment'],
    ['/public/%EF%BC%8E%EF%BC%8E/admin', 'dot_segment'],
    ['/public/%E2%80%A5/admin', 'dot_segment'],
    ['/public/x%EF%BC%8F..%EF%BC%8Fadmin', 'dot_segment'],
    ['/public/..%EF%BC%BCadmin', 'dot_segment'],
    ['/public/..%E2%88%95admin', 'dot_segment'],
    ['/public/.%E2%80%8B./admin', 'dot_segment'],
    ['/public/..%C2%A0/admin', 'dot_segment'],
    ['/public/.%FF./admin', 'dot_segment'],
    ['/public/%EF%BC%8E%FF%EF%BC%8E/admin', 'dot_segment'],
    ['/x/%25EF%25BC%258E./_/token', 'dot_segment'],
    ['/a\tb', 'byte'],
    ['/a b', 'byte'],
    ['/\u00e9', 'byte'],
    ['/a?\u007f', 'byte'],
    ['/a%00b', 'byte'],
    ['/a%0d%0ab', 'byte'],
    ['/a/%c0%ae%c0%ae/b', 'byte'],
    ['/a%e0%80%afb', 'byte'],
    ['/a%zz', 'escape'],
    ['/a%', 'escape'],
    ['/a%2', 'escape'],
    [`/a%${'25'.repeat(20)}41`, 'escape'],
    ['/%5f/token', 'reserved'],
    ['/%255f/token', 'reserved'],
    ['/_;/token', 'reserved'],
    ['/_;a=b/token', 'reserved'],
    ['/_%3b/token', 'reserved'],
    ['/%20_/token', 'reserved'],
    ['/_%20/token', 'reserved'],
    ['/_./token', 'reserved'],
    ['/_%3f/token', 'reserved'],
    ['/%20/_/token', 'reserved'],
    ['/_%C2%A0/token', 'reserved'],
    ['/%EF%BC%BF%FF/token', 'reserved'],
    ['/_%2ftoken', 'slash'],
    ['/x/../_/token', 'dot_segment'],
    ['//_/token', 'slash'],
    ['/_/../x', 'dot_segment'],
  ] as const) {
    test(`C54 C56 C57: ${JSON.stringify(text)} is ambiguous (${reason})`, () => {
      assert.equal(reasonOf(read(text, HOST)), reason);
    });
  }

  test('C57: the absolute form is read as its origin form when its authority is the Host, and only then', () => {
    assert.equal(reasonOf(read(`http://${HOST}/a?b`, HOST)), 'ok /a?b');
    assert.equal(reasonOf(read(`https://${HOST}`, HOST)), 'ok /');
    assert.equal(reasonOf(read(`http://${HOST}?b`, HOST)), 'ok /?b');
    assert.equal(reasonOf(read(`http://${HOST}//b`, HOST)), 'slash');
    assert.equal(reasonOf(read(`http://${HOST}/a`, undefined)), 'authority');
    assert.equal(reasonOf(read('http://service.test/a', HOST)), 'authority');
  });

  test('a moved prefix is guarded in every case and spelling, and the old one is free', () => {
    const moved = targetReader('/Hall/pass/');
    assert.equal(reasonOf(moved('/hall/PASS/token', HOST)), 'reserved');
    assert.equal(reasonOf(moved('/Hall/p%61ss/token', HOST)), 'reserved');
    assert.equal(reasonOf(moved('/hall;x/pass', HOST)), 'reserved');
    assert.equal(reasonOf(moved('/_/token', HOST)), 'ok /_/token');
    assert.equal(reasonOf(moved('/Hall/passage', HOST)), 'ok /Hall/passage');
    const own = moved('/Hall/pass/token', HOST);
    assert.ok(own.ok && own.reserved);
  });

  test('no segment of a moved prefix can be spelled in a way that lenient servers undo', () => {
    const moved = targetReader('/-/hallpass/');
    for (const path of [
      '/-./hallpass/token',
      '/-/hallpass./token',
      '/-;a=b/hallpass',
      '/-%20/hallpass/token',
      '/%2d/hallpass',
      '/-/HallPass/token',
      '/-/hallpa%C5%BFs/token',
      '/-/hallpa%EF%BD%93s',
      '/%EF%BC%8D/hallpass/token',
      '/-/hall%E2%80%8Bpass/token',
    ])
      assert.equal(reasonOf(moved(path, HOST)), 'reserved', path);
    assert.equal(reasonOf(read('/%EF%BC%BF/token', HOST)), 'reserved');
    for (const path of [
      '/-/hall',
      '/-',
      '/-/',
      '/-/hallpasses',
      '/hallpass/-',
      '/-/caf%C3%A9',
      '/--/hallpass',
    ])
      assert.equal(reasonOf(moved(path, HOST)), `ok ${path}`);
  });

  test('only plain segments between slashes make a prefix', () => {
    assert.ok(isReservedPrefix('/_/') && isReservedPrefix('/a/b/'));
    for (const text of ['', '/', '_', '/_', '_/', '//', '/a%62/', '/../', '/a b/']) {
      assert.ok(!isReservedPrefix(text));
      assert.throws(() => targetReader(text), RangeError);
    }
  });
});

/** What the most lenient server could make of a path: decoded over and over, cut, folded, resolved. */
function mostLenient(path: string): string[] {
  let text = path;
  for (let i = 0; i < 30; i++) {
    text = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  }
  const segments: string[] = [];
  for (const raw of text.split(/[/\\]/)) {
    const segment = raw
      .replace(/[;?#].*$/s, '')
      .trim()
      .toLowerCase();
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return segments;
}

const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('/', '_', '.', '..', 'a', 'token', ';', '%', '\\', '?', '#', ' ') },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '%5f',
      '%5F',
      '%2e',
      '%2f',
      '%5c',
      '%25',
      '%3b',
      '%00',
      '%20',
      '%c0%af',
      '25',
      '5f',
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 2 }) },
);
const spelling = fc.array(piece, { maxLength: 12 }).map((pieces) => `/${pieces.join('')}`);

describe('any request target', () => {
  test('C54: what passes as not reserved cannot be read as reserved by anybody', () => {
    fc.assert(
      fc.property(spelling, (text) => {
        const target = read(text, HOST);
        if (!target.ok || target.reserved) return;
        assert.notEqual(mostLenient(target.path)[0], '_');
      }),
      { numRuns: RUNS },
    );
  });

  test('what passes keeps its spelling, and reading it again says the same', () => {
    fc.assert(
      fc.property(spelling, (text) => {
        const target = read(text, HOST);
        if (!target.ok) return;
        assert.equal(target.text, text);
        assert.equal(target.path + target.query, text);
        assert.deepEqual(read(`http://${HOST}${text}`, HOST), target);
      }),
      { numRuns: RUNS },
    );
  });

  test('a lenient and a strict server find the same segments in what passes', () => {
    fc.assert(
      fc.property(spelling, (text) => {
        const target = read(text, HOST);
        if (!target.ok || /[%;\s]/.test(target.path)) return;
        const strict = target.path.toLowerCase().split('/').slice(1);
        if (strict.at(-1) === '') strict.pop();
        assert.deepEqual(mostLenient(target.path), strict);
      }),
      { numRuns: RUNS },
    );
  });

  test('no input is slow or thrown at', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.option(fc.string(), { nil: undefined }), (text, host) => {
        read(text, host);
      }),
    );
    assert.equal(reasonOf(read(`/%${'25'.repeat(8000)}`, HOST)), 'escape');
    // Long enough to hang whatever takes the square of it.
    for (const run of ['.', ' ', '%20', ';', ':', '%FF', '/%20']) read(`/%41${run.repeat(500_000)}x`, HOST);
  });
});

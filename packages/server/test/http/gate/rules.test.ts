import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { targetReader } from '@hallpass/core/target';
import fc from 'fast-check';
import { type RuleAccess, type RuleOptions, Rules } from 'hallpass/http/gate/rules';

type Line = readonly [access: RuleAccess, path: string, methods?: readonly string[] | null, host?: string];

function rulesOf(lines: readonly Line[]): Rules {
  const rules: RuleOptions[] = lines.map(([access, path, methods, host]) => ({
    access,
    path,
    methods: methods ?? null,
    host: host ?? null,
  }));
  return new Rules(rules);
}

function askedFor(lines: readonly Line[], path: string, method = 'GET', host = ''): RuleAccess {
  const usual = ['GET', 'HEAD', 'OPTIONS'].includes(method) ? 'read' : 'write';
  return rulesOf(lines).accessOf(host, method, path, usual);
}

/** Spellings that some server takes for `/admin/export`. */
const TWINS = [
  '/admin/export/',
  '/Admin/EXPORT',
  '/%61dmin/export',
  '/admin/%65%78port',
  '/admin/%2565xport',
  '/admin;v=1/export',
  '/admin/export;jsessionid=1',
  '/admin/export%3Bx',
  '/admin/export%3Fx',
  '/admin/export%23x',
  '/admin/export%20',
  '/admin%20/export',
  '/admin/export.',
  '/admin/export.json',
  '/admin/export.%6Ason',
  '/admin/export::$DATA',
  '/admin/%20/export',
  '/admin/export%E2%80%8B',
  '/admin/%EF%BD%85xport',
  '/admin%EF%BC%8Fexport',
  '/admin/%C2%ADexport',
  '/admin/export%FF',
];

describe('rules of the gate', () => {
  test('without a rule that fits, the method says what is asked for', () => {
    assert.equal(askedFor([['write', '/other']], '/x'), 'read');
    assert.equal(askedFor([['read', '/other']], '/x', 'POST'), 'write');
    assert.equal(askedFor([], '/x'), 'read');
  });

  test('the first rule that fits counts', () => {
    const lines: Line[] = [
      ['public', '/docs/open'],
      ['write', '/docs/**'],
      ['public', '/**'],
    ];
    assert.equal(askedFor(lines, '/docs/open'), 'public');
    assert.equal(askedFor(lines, '/docs/closed'), 'write');
    assert.equal(askedFor(lines, '/elsewhere'), 'public');
  });

  test('* is one segment that says something, ** at the end is any rest, none included', () => {
    const star: Line[] = [['public', '/users/*/name']];
    assert.equal(askedFor(star, '/users/7/name'), 'public');
    for (const path of ['/users/name', '/users/7/8/name', '/users/%20/name', '/users/.json/name', '/users/7'])
      assert.equal(askedFor(star, path), 'read', path);
    const rest: Line[] = [['public', '/docs/**']];
    for (const path of ['/docs', '/docs/', '/docs/a', '/docs/a/b/'])
      assert.equal(askedFor(rest, path), 'public', path);
    for (const path of ['/doc', '/docsx', '/', '/Docs/a']) assert.equal(askedFor(rest, path), 'read', path);
    for (const path of ['/', '/a', '/a/b']) assert.equal(askedFor([['public', '/**']], path), 'public', path);
    assert.equal(askedFor([['public', '/']], '/'), 'public');
    assert.equal(askedFor([['public', '/']], '/a'), 'read');
  });

  test('a rule is for its methods, and one for GET for HEAD as well', () => {
    const lines: Line[] = [['write', '/export', ['GET']]];
    assert.deepEqual(
      ['GET', 'HEAD', 'OPTIONS'].map((method) => askedFor(lines, '/export', method)),
      ['write', 'write', 'read'],
    );
    assert.equal(askedFor([['read', '/search', ['POST']]], '/search', 'POST'), 'read');
    assert.equal(askedFor([['read', '/search', ['POST']]], '/search', 'PUT'), 'write');
    assert.equal(askedFor([['public', '/x', ['HEAD']]], '/x', 'GET'), 'read');
  });

  test('a rule for a host is for no other', () => {
    const lines: Line[] = [['public', '/**', null, 'docs.test']];
    assert.equal(askedFor(lines, '/x', 'GET', 'docs.test'), 'public');
    assert.equal(askedFor(lines, '/x', 'GET', 'api.test'), 'read');
    assert.equal(askedFor(lines, '/x', 'GET', ''), 'read');
  });

  test('no spelling that a lenient server takes for the same path gets past a rule that asks for more', () => {
    const readTarget = targetReader('/_/');
    for (const path of TWINS) {
      assert.ok(readTarget(path, undefined).ok, path);
      assert.equal(askedFor([['write', '/admin/export']], path), 'write', path);
      assert.equal(
        askedFor(
          [
            ['write', '/Admin/*'],
            ['public', '/**'],
          ],
          path,
        ),
        'write',
        path,
      );
      assert.equal(
        askedFor(
          [
            ['read', '/admin/**'],
            ['public', '/**'],
          ],
          path,
        ),
        'read',
        path,
      );
    }
  });

  test('no spelling but the one of the rule gets more from it', () => {
    const same = ['/%61dmin/export', '/admin/%65%78port'];
    for (const path of TWINS) {
      const expected = same.includes(path) ? 'public' : 'read';
      assert.equal(askedFor([['public', '/admin/export']], path), expected, path);
      const posted = same.includes(path) ? 'read' : 'write';
      assert.equal(askedFor([['read', '/admin/export']], path, 'POST'), posted, path);
    }
  });

  test('an escape that means the same in either case is the same', () => {
    assert.equal(askedFor([['public', '/caf%C3%A9']], '/caf%c3%a9'), 'public');
    assert.equal(askedFor([['public', '/caf%c3%a9']], '/caf%C3%A9'), 'public');
    assert.equal(askedFor([['public', '/a@b']], '/a%40b'), 'read');
  });

  test('another spelling of a path never asks for less than the plain one', () => {
    const plain = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 });
    const pattern = fc
      .tuple(fc.array(fc.constantFrom('a', 'b', '*'), { minLength: 1, maxLength: 2 }), fc.boolean())
      .map(([segments, open]) => `/${segments.join('/')}${open ? '/**' : ''}`);
    const access = fc.constantFrom<RuleAccess>('public', 'read', 'write');
    const lines = fc.array(fc.tuple(access, pattern), { maxLength: 4 });
    const mangle = fc.constantFrom<(segment: string) => string>(
      (segment) => segment,
      (segment) => segment.toUpperCase(),
      (segment) => `%${segment.charCodeAt(0).toString(16)}`,
      (segment) => `%25${segment.charCodeAt(0).toString(16)}`,
      (segment) => `${segment};x`,
      (segment) => `${segment}%3bx`,
      (segment) => `${segment}.`,
      (segment) => `%20${segment}`,
    );
    const mangling = fc.tuple(mangle, mangle, mangle, fc.constantFrom('', '/', '.json', ';/', '%20'));
    const severity = { public: 0, read: 1, write: 2 };
    fc.assert(
      fc.property(lines, plain, mangling, (rules, segments, [first, second, third, end]) => {
        const spelled = segments.map((segment, i) => ([first, second, third][i] ?? first)(segment));
        const [path, twin] = [segments.join('/'), spelled.join('/') + end];
        assert.ok(severity[askedFor(rules, `/${twin}`)] >= severity[askedFor(rules, `/${path}`)]);
      }),
      { numRuns: 5000 },
    );
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { makeCertificate } from '../listen/certificate.ts';
import { problemsOf, reading } from './reading.ts';

const TO = 'http://127.0.0.1:8080';

function problemsIn(content: unknown, more: Readonly<Record<string, string>> = {}): readonly string[] {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  const given = { flags: { gateFile: 'gate.json' }, files: { '/srv/gate.json': text, ...more } };
  return problemsOf(given).map((problem) => problem.replace('/srv/gate.json: ', ''));
}

/** The problems of a file whose one upstream, or one rule, is this. */
function ofUpstream(upstream: unknown, more?: Readonly<Record<string, string>>): readonly string[] {
  return problemsIn({ upstreams: [upstream] }, more);
}

function ofRule(rule: unknown): readonly string[] {
  return problemsIn({ upstreams: [{ to: TO }], rules: [rule] });
}

describe('the gate file', () => {
  test('is shown with every upstream and rule', () => {
    const { cert } = makeCertificate('ca');
    const content = {
      upstreams: [
        { to: TO },
        {
          ...{ host: 'API.test', path: '/v2', to: 'https://10.0.0.7:8443/base/', strip_path: true },
          ...{ host_header: 'inner.test', ca_file: 'ca.pem', server_name: 'inner.test' },
          ...{ connect_timeout: 100, response_timeout: 200, cut_streams: false },
        },
        { path: '/local', to: 'unix:run/app.sock' },
      ],
      rules: [
        { methods: ['GET', 'POST'], path: '/health', access: 'public' },
        { host: 'api.test', path: '/**', access: 'write' },
      ],
    };
    const files = { '/srv/gate.json': JSON.stringify(content), '/srv/ca.pem': cert };
    const { config, effective } = reading({ env: { HALLPASS_GATE_FILE: 'gate.json' }, files });
    assert.equal(config.gateFile, '/srv/gate.json');
    const usual = '5000 ms to connect, 60000 ms to answer';
    assert.deepEqual(
      effective.filter(({ name }) => name.startsWith('gate_file')).map(({ name, value }) => [name, value]),
      [
        ['gate_file', '/srv/gate.json'],
        ['gate_file.upstreams[0]', `any host to ${TO} (${usual})`],
        [
          'gate_file.upstreams[1]',
          'api.test/v2 to https://10.0.0.7:8443/base (path stripped; Host inner.test; 1 certificates to trust; ' +
            'certificate for inner.test; 100 ms to connect, 200 ms to answer; streams not cut)',
        ],
        ['gate_file.upstreams[2]', `any host/local to unix:/srv/run/app.sock (${usual})`],
        ['gate_file.rules[0]', 'GET, POST at /health: public'],
        ['gate_file.rules[1]', 'any method at api.test/**: write'],
      ],
    );
  });

  test('and upstream are not both given', () => {
    const files = { '/srv/gate.json': JSON.stringify({ upstreams: [{ to: TO }] }) };
    assert.deepEqual(problemsOf({ flags: { gateFile: 'gate.json', upstream: TO }, files }), [
      'upstream and gate_file: give one of them; the file holds the upstream as {"upstreams": [{"to": "…"}]}',
    ]);
  });

  test('must be there and be one JSON object in which no name stands twice', () => {
    assert.deepEqual(problemsOf({ flags: { gateFile: 'gone.json' } }), [
      '/srv/gone.json: there is no such file',
    ]);
    for (const text of ['', '{', '{"upstreams": [}'])
      assert.deepEqual(problemsIn(text), ['is not valid JSON']);
    for (const text of ['[]', 'null', '"x"', '7'])
      assert.deepEqual(problemsIn(text), ['must be a JSON object']);
    assert.deepEqual(problemsIn(`{"upstreams": [{"to": "${TO}", "to": "http://127.0.0.1:1"}]}`), [
      'holds a name twice in one object; keep one of the two',
    ]);
    assert.deepEqual(problemsIn({}), [
      'upstreams: give at least one, such as [{"to": "http://127.0.0.1:8080"}]',
    ]);
  });

  test('every mistake is told at once, with the place where it stands', () => {
    const content = {
      upstream: TO,
      upstreams: [{ to: TO, pth: '/x' }, 'x', { host: 'a.test:80' }],
      rules: [{ path: '/a', acess: 'read' }, {}],
    };
    assert.deepEqual(problemsIn(content), [
      'upstream: unknown; did you mean upstreams?',
      'upstreams[0].pth: unknown; did you mean path?',
      'upstreams[1]: must be a JSON object',
      'upstreams[2].to: is missing',
      'upstreams[2].host: must be an IPv4 address, an IPv6 address or a host name, without a port',
      'rules[0].acess: unknown; did you mean access?',
      'rules[0].access: is missing',
      'rules[1].path: is missing',
      'rules[1].access: is missing',
    ]);
    assert.deepEqual(problemsIn({ upstreams: {}, rules: 'x' }), [
      'upstreams: must be a list',
      'rules: must be a list',
    ]);
  });

  for (const [field, value, message] of [
    ['to', 'ftp://x', /^must be http:\/\/HOST/],
    ['to', 'http://u:p@x', /^must be http:\/\/HOST/],
    ['to', 7, /^must be text$/],
    ['path', 'x', /^must be a plain path such as \/api, without a slash at its end$/],
    ['path', '/x/', /^must be a plain path/],
    ['path', '/a/../b', /^must be a plain path/],
    ['path', '/a/*', /^must be a plain path/],
    ['path', '/_', /^belongs to Hallpass itself/],
    ['path', '/_/token', /^belongs to Hallpass itself/],
    ['strip_path', 'yes', /^must be true or false$/],
    ['strip_path', true, /^is nothing without a path$/],
    ['host_header', 'a b', /^must be a host name or address, with a port if need be$/],
    ['ca_file', 'ca.pem', /^is for an upstream with https/],
    ['server_name', 'a.test', /^is for an upstream with https/],
    ['connect_timeout', 0, /^must be a whole number of milliseconds from 1 to 3600000$/],
    ['connect_timeout', '5s', /^must be a whole number of milliseconds/],
    ['response_timeout', 1.5, /^must be a whole number of milliseconds/],
    ['response_timeout', 3_600_001, /^must be a whole number of milliseconds/],
    ['cut_streams', null, /^must be true or false$/],
  ] as const)
    test(`${field} of an upstream cannot be ${JSON.stringify(value)}`, () => {
      const [problem = '', ...more] = ofUpstream(
        { to: TO, [field]: value },
        { '/srv/ca.pem': makeCertificate('ca').cert },
      );
      assert.deepEqual(more, []);
      assert.ok(problem.startsWith(`upstreams[0].${field}: `), problem);
      assert.match(problem.slice(problem.indexOf(': ') + 2), message);
    });

  test('server_name is a name, and a CA file holds certificates', () => {
    const https = { to: 'https://10.0.0.7' };
    assert.deepEqual(ofUpstream({ ...https, server_name: '10.0.0.7' }), [
      'upstreams[0].server_name: must be a host name; leave it out for an address',
    ]);
    assert.deepEqual(ofUpstream({ ...https, ca_file: 'gone.pem' }), [
      'upstreams[0].ca_file: there is no such file',
    ]);
    const broken = makeCertificate('x').cert.replace(/M/g, 'A');
    for (const [pem, message] of [
      ['nothing', 'the file holds no certificate in PEM'],
      [makeCertificate('x').key, 'the file holds no certificate in PEM'],
      [broken, 'the file holds a certificate that cannot be read'],
    ] as const)
      assert.deepEqual(ofUpstream({ ...https, ca_file: 'ca.pem' }, { '/srv/ca.pem': pem }), [
        `upstreams[0].ca_file: ${message}`,
      ]);
  });

  for (const [field, value, message] of [
    ['path', '', /^must be text$/],
    ['path', 'x', /^must begin with \/ and be spelled plainly/],
    ['path', '/a//b', /^must begin with \//],
    ['path', '/a/./b', /^must begin with \//],
    ['path', '/a%2fb', /^must begin with \//],
    ['path', '/a\\b', /^must begin with \//],
    ['path', '/café', /^must begin with \//],
    ['path', '/a b', /^must begin with \//],
    ['path', '/a%zz', /^must begin with \//],
    ['path', '/a#b', /^must begin with \//],
    ['path', '/a?b=c', /^is matched against the path alone/],
    ['path', '/a/**/b', /^may have \*\* at its end alone$/],
    ['path', '/a*', /^may have \* and \*\* in place of whole segments alone$/],
    ['path', '/a/b**', /^may have \* and \*\* in place/],
    ['path', '/***', /^may have \* and \*\* in place/],
    ['path', '/_/token', /^belongs to Hallpass itself/],
    ['path', '/_/**', /^belongs to Hallpass itself/],
    ['path', '/_', /^belongs to Hallpass itself/],
    ['path', '/%5F/token', /^belongs to Hallpass itself/],
    ['methods', [], /^must be a list of methods/],
    ['methods', 'GET', /^must be a list of methods/],
    ['methods', ['get'], /^must be methods in capital letters; did you mean GET\?$/],
    ['methods', ['PSOT'], /^must be methods in capital letters; did you mean POST\?$/],
    ['methods', ['GET', 'TRACE'], /^TRACE and CONNECT never pass; leave them out$/],
    ['access', 'none', /^must be public, read or write$/],
    ['access', true, /^must be public, read or write$/],
    ['host', 'other.test', /^no upstream is for this host, so another Host would get past the rule/],
  ] as const)
    test(`${field} of a rule cannot be ${JSON.stringify(value)}`, () => {
      const [problem = '', ...more] = ofRule({ path: '/x', access: 'read', [field]: value });
      assert.deepEqual(more, []);
      assert.ok(problem.startsWith(`rules[0].${field}: `), problem);
      assert.match(problem.slice(problem.indexOf(': ') + 2), message);
    });

  test('what belongs to Hallpass moves with the prefix', () => {
    const at = (path: string, prefix: string) => {
      const text = JSON.stringify({ upstreams: [{ to: TO }], rules: [{ path, access: 'read' }] });
      return problemsOf({ flags: { gateFile: 'gate.json', prefix }, files: { '/srv/gate.json': text } })
        .length;
    };
    assert.equal(at('/-/hallpass/**', '/-/hallpass'), 1);
    assert.equal(at('/-/HallPass/x', '/-/hallpass'), 1);
    assert.equal(at('/_/**', '/-/hallpass'), 0);
    assert.equal(at('/-/hallpass/**', '/_'), 0);
  });

  test('two upstreams for the same requests are a mistake, in whatever spelling', () => {
    const upstreams = [
      { host: 'a.test', to: TO },
      { host: 'A.test', path: '/', to: TO },
    ];
    assert.deepEqual(problemsIn({ upstreams }), [
      'upstreams[1]: takes the same requests as upstreams[0]; remove one',
    ]);
  });

  test('no line repeats a value', () => {
    const secret = 'hp_correct-horse';
    const content = {
      upstreams: [
        { to: secret, path: secret, host: `${secret}:1`, ca_file: secret, host_header: `${secret} ` },
      ],
      rules: [{ path: secret, access: secret, methods: [secret] }],
    };
    const problems = problemsIn(content);
    assert.equal(problems.length, 8);
    assert.ok(!problems.join().includes(secret));
  });
});

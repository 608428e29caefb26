import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemsOf, reading } from './reading.ts';

test('every mistake is told at once, each where it was made', () => {
  const given = {
    flags: { port: '65536' },
    env: { HALLPASS_UPSTREM: 'http://127.0.0.1:8080', HALLPASS_REVEAL: 'no' },
    files: { '/srv/hallpass.json': '{"hots": "127.0.0.1", "log_level": "loud", "data": {}}' },
  };
  assert.deepEqual(problemsOf(given), [
    'HALLPASS_UPSTREM: unknown; did you mean HALLPASS_UPSTREAM?',
    'hallpass.json: hots: unknown; did you mean host?',
    'hallpass.json: data: must be text',
    '--port: must be a whole number from 0 to 65535 (0: any free port)',
    'HALLPASS_REVEAL: must be yes or never',
    'hallpass.json: log_level: must be debug, info, warn, error, fatal or silent',
  ]);
});

test('a name that is near to none is only called unknown', () => {
  assert.deepEqual(problemsOf({ env: { HALLPASS_ZZZZZZZZZZ: '1' } }), ['HALLPASS_ZZZZZZZZZZ: unknown']);
});

test('what is no secret has no file form', () => {
  assert.deepEqual(problemsOf({ env: { HALLPASS_UPSTREAM_FILE: '/x' } }), [
    'HALLPASS_UPSTREAM_FILE: unknown',
  ]);
});

test('the file takes numbers, switches and lists only where they make sense', () => {
  const wrong = { port: true, host: 7, data: ['a', 'b'], metrics_public: 1, trusted_proxies: [1] };
  assert.deepEqual(problemsOf({ files: { '/srv/hallpass.json': JSON.stringify(wrong) } }), [
    'hallpass.json: port: must be a number',
    'hallpass.json: host: must be text',
    'hallpass.json: data: must be text',
    'hallpass.json: metrics_public: must be true or false',
    'hallpass.json: trusted_proxies: must be a list of texts',
  ]);
});

test('names that every object has are unknown too', () => {
  const files = { '/srv/hallpass.json': '{"__proto__": {"port": 1}, "constructor": "x"}' };
  assert.deepEqual(problemsOf({ files }), [
    'hallpass.json: __proto__: unknown',
    'hallpass.json: constructor: unknown',
  ]);
});

test('a name that stands twice in the file is a mistake: nobody can say which of the two is meant', () => {
  const files = { '/srv/hallpass.json': '{"port": 1, "p\\u006frt": 2}' };
  assert.deepEqual(problemsOf({ files }), [
    'hallpass.json: holds a name twice in one object; keep one of the two',
  ]);
});

test('an empty value is a mistake, except for the list of trusted proxies', () => {
  assert.deepEqual(problemsOf({ env: { HALLPASS_UPSTREAM: '', HALLPASS_OWNER_KEY: '' } }), [
    'HALLPASS_OWNER_KEY: is empty; give it a value or leave it out',
    'HALLPASS_UPSTREAM: is empty; give it a value or leave it out',
  ]);
  assert.deepEqual(problemsOf({ env: { HALLPASS_TRUSTED_PROXIES: '' } }), []);
});

test('a named file must exist and hold one JSON object', () => {
  assert.deepEqual(problemsOf({ flags: { config: 'gone.json' } }), ['gone.json: there is no such file']);
  for (const text of ['[]', 'null', '"x"', '1'])
    assert.deepEqual(problemsOf({ files: { '/srv/hallpass.json': text } }), [
      'hallpass.json: must be one JSON object',
    ]);
  for (const text of ['', '{', '{"owner_key": "hpo_secret" x'])
    assert.deepEqual(problemsOf({ files: { '/srv/hallpass.json': text } }), [
      'hallpass.json: is not valid JSON',
    ]);
});

test('a certificate without its key is a mistake, and the reverse', () => {
  for (const flags of [{ tlsCert: 'a.pem' }, { tlsKey: 'a.pem' }])
    assert.deepEqual(problemsOf({ flags }), ['tls_cert and tls_key: give both, or neither']);
  assert.deepEqual(problemsOf({ flags: { tlsCert: '', tlsKey: 'a.pem' } }), [
    '--tls-cert: is empty; give it a value or leave it out',
  ]);
});

test('a data folder that no database URL can name is told as such', () => {
  assert.match(problemsOf({ flags: { data: '/srv/what?' } })[0] ?? '', /^database_url: must be sqlite: /);
});

test('the variables by which Kubernetes describes a service named hallpass are passed over', () => {
  const env = {
    HALLPASS_SERVICE_HOST: '10.96.0.7',
    HALLPASS_SERVICE_PORT: '4255',
    HALLPASS_SERVICE_PORT_HTTP: '4255',
    HALLPASS_PORT: 'tcp://10.96.0.7:4255',
    HALLPASS_PORT_4255_TCP: 'tcp://10.96.0.7:4255',
    HALLPASS_PORT_4255_TCP_PROTO: 'tcp',
    HALLPASS_PORT_4255_TCP_PORT: '4255',
    HALLPASS_PORT_4255_TCP_ADDR: '10.96.0.7',
    HALLPASS_REPLICA_PORT: 'tcp://10.96.0.8:4255',
  };
  assert.equal(reading({ env }).config.port, 4255);
});

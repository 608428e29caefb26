import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from 'hallpass/config/nearest';
import type { Upstream } from 'hallpass/config/values';
import { problemsOf, reading } from './reading.ts';

function upstreamOf(text: string): Upstream | null {
  return reading({ env: { HALLPASS_UPSTREAM: text } }).config.upstream;
}

function isRefused(variable: string, text: string): boolean {
  return problemsOf({ env: { [variable]: text } }).length === 1;
}

test('an upstream is an origin, perhaps with a plain path, or a unix socket', () => {
  const tcp = (origin: string, prefix = '') => ({ origin, prefix, socketPath: null });
  assert.deepEqual(upstreamOf('http://127.0.0.1:8080'), tcp('http://127.0.0.1:8080'));
  assert.deepEqual(upstreamOf('HTTPS://Example.com:443/'), tcp('https://example.com'));
  assert.deepEqual(upstreamOf('http://[::1]:8080/api/v2/'), tcp('http://[::1]:8080', '/api/v2'));
  assert.deepEqual(upstreamOf('unix:run/app.sock'), {
    origin: 'http://localhost',
    prefix: '',
    socketPath: '/srv/run/app.sock',
  });
});

test('an upstream with anything more, or that could be read in two ways, is refused', () => {
  const wrong = [
    'localhost:8080',
    '//host',
    'ftp://host',
    'http://',
    'http://user:secret@host',
    'http://host?x=1',
    'http://host#x',
    'http://host/../admin',
    'http://host/a/./b',
    'http://host//a',
    'http://host/a%2fb',
    'http://host\\a',
    'http://host:99999',
    'http://ho st',
    'http://host\n',
    'unix:',
  ];
  for (const text of wrong) assert.ok(isRefused('HALLPASS_UPSTREAM', text), text);
});

test('a socket that is too long for the system is refused, and not cut: to listen on, and behind the gate', () => {
  // 103 on macOS, 107 on Linux.
  const long = `/${'ä'.repeat(54)}/`;
  assert.match(
    problemsOf({ flags: { socket: long } })[0] ?? '',
    /^--socket: must be a path of at most 10\d bytes/,
  );
  assert.match(problemsOf({ flags: { socket: 'x'.repeat(105) } })[0] ?? '', /^--socket: must be a path of/);
  assert.ok(isRefused('HALLPASS_UPSTREAM', `unix:${long}`));
  const short = `/${'x'.repeat(102)}`;
  assert.equal(reading({ flags: { socket: short } }).config.socket, short);
  assert.equal(upstreamOf(`unix:${short}`)?.socketPath, short);
});

test('a prefix is a path of plain segments', () => {
  const prefixOf = (text: string) => reading({ flags: { prefix: text } }).config.prefix;
  assert.equal(reading({}).config.prefix, '/_');
  for (const text of ['/_', '/-/hallpass', '/a/B/c~1']) assert.equal(prefixOf(text), text);
  const wrong = [
    '/',
    '_',
    '/_/',
    '//',
    '/a//b',
    '/a/',
    '/a/../b',
    '/.a',
    '/a b',
    '/a%2fb',
    '/ü',
    '/a?b',
    '/a#b',
  ];
  for (const text of wrong) assert.ok(isRefused('HALLPASS_PREFIX', text), text);
});

test('a host is an address or a name, with or without the brackets of IPv6', () => {
  const hostOf = (text: string) => reading({ flags: { host: text } }).config.host;
  assert.equal(hostOf('[::1]'), '::1');
  assert.equal(hostOf('::'), '::');
  assert.equal(hostOf('hallpass.internal'), 'hallpass.internal');
  for (const text of ['127.0.0.1:80', 'http://x', 'a b', '-x', '[x', 'x'.repeat(254)])
    assert.ok(isRefused('HALLPASS_HOST', text), text);
});

test('a port is a whole number up to 65535', () => {
  for (const text of ['-1', '65536', '80.5', '0x50', ' 80', '1e3', 'http'])
    assert.ok(isRefused('HALLPASS_PORT', text), text);
  assert.equal(reading({ flags: { port: '0' } }).config.port, 0);
});

test('PostgreSQL is refused by name, and so is a database that is no file', () => {
  for (const text of ['postgres://u:p@h/db', 'postgresql://h/db'])
    assert.match(
      problemsOf({ env: { HALLPASS_DATABASE_URL: text } })[0] ?? '',
      /PostgreSQL is not in this version/,
    );
  for (const text of [
    'sqlite:',
    'sqlite::memory:',
    'sqlite://host/x',
    'sqlite:x?mode=ro',
    'mysql:x',
    '/x.db',
  ])
    assert.ok(isRefused('HALLPASS_DATABASE_URL', text), text);
  const fileOf = (text: string) => reading({ flags: { databaseUrl: text } }).config.databaseUrl.file;
  assert.equal(fileOf('sqlite:///var/hallpass.db'), '/var/hallpass.db');
  assert.equal(fileOf('sqlite:/var/hallpass.db'), '/var/hallpass.db');
});

test('the mode of a socket is three octal digits', () => {
  assert.equal(reading({ flags: { socketMode: '0600' } }).config.socketMode, 0o600);
  for (const text of ['8', '888', '4755', 'rw-']) assert.ok(isRefused('HALLPASS_SOCKET_MODE', text), text);
});

test('trusted proxies are addresses and networks', () => {
  const { config, effective } = reading({
    env: { HALLPASS_TRUSTED_PROXIES: '10.0.0.0/8, 192.0.2.7,fd00::/8' },
  });
  assert.deepEqual(config.trustedProxies, ['10.0.0.0/8', '192.0.2.7', 'fd00::/8']);
  const shown = effective.find(({ name }) => name === 'trusted_proxies')?.value;
  assert.equal(shown, '10.0.0.0/8,192.0.2.7,fd00::/8');
});

test('what is neither address nor network is refused', () => {
  for (const text of [
    '10.0.0.0/33',
    '::/129',
    '10.0.0/8',
    'proxy',
    '10.0.0.1/',
    '10.0.0.1/8/8',
    'fe80::1%eth0',
    'a,,b',
  ])
    assert.ok(isRefused('HALLPASS_TRUSTED_PROXIES', text), text);
});

test('a slip of the finger finds its word; a short or far one finds none', () => {
  const words = ['upstream', 'host', 'port', 'data', 'database_url'];
  assert.equal(nearest('upstraem', words), 'upstream');
  assert.equal(nearest('databse_url', words), 'database_url');
  assert.equal(nearest('prot', words), 'port');
  assert.equal(nearest('xy', words), undefined);
  assert.equal(nearest('something_else', words), undefined);
});

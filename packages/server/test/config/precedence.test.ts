import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reading } from './reading.ts';

const files = { '/srv/hallpass.json': '{"host": "192.0.2.3", "port": 3, "metrics_public": true}' };

function sourceOf(given: Parameters<typeof reading>[0], name: string): string | undefined {
  return reading(given).effective.find((setting) => setting.name === name)?.source;
}

test('a flag wins over the environment, the environment over the file, the file over the default', () => {
  const flags = { port: '1' };
  const env = { HALLPASS_PORT: '2' };
  assert.equal(reading({ flags, env, files }).config.port, 1);
  assert.equal(reading({ env, files }).config.port, 2);
  assert.equal(reading({ files }).config.port, 3);
  assert.equal(reading({}).config.port, 4255);
});

test('the source of each setting is told', () => {
  assert.equal(sourceOf({ flags: { port: '1' }, files }, 'port'), '--port');
  assert.equal(sourceOf({ env: { HALLPASS_PORT: '2' }, files }, 'port'), 'HALLPASS_PORT');
  assert.equal(sourceOf({ files }, 'port'), 'hallpass.json: port');
  assert.equal(sourceOf({}, 'port'), 'default');
});

test('PORT is honoured, and HALLPASS_PORT wins over it', () => {
  assert.equal(reading({ env: { PORT: '8080' }, files }).config.port, 8080);
  assert.equal(reading({ env: { PORT: '8080', HALLPASS_PORT: '9090' } }).config.port, 9090);
});

test('without any setting it runs on 127.0.0.1:4255 with its data in ./data', () => {
  const { config, warnings } = reading({});
  assert.equal(config.host, '127.0.0.1');
  assert.equal(config.data, '/srv/data');
  assert.deepEqual(config.databaseUrl, { engine: 'sqlite', file: '/srv/data/hallpass.db' });
  assert.equal(config.upstream, null);
  assert.equal(config.ownerKey, null);
  assert.equal(config.reveal, 'yes');
  assert.equal(config.metricsPublic, false);
  assert.deepEqual(config.trustedProxies, []);
  assert.deepEqual(warnings, []);
  assert.ok(Object.isFrozen(config));
});

test('the database lies in the data folder unless it is placed elsewhere', () => {
  const env = { HALLPASS_DATA: '/var/lib/hallpass' };
  assert.equal(reading({ env }).config.databaseUrl.file, '/var/lib/hallpass/hallpass.db');
  assert.equal(
    reading({ env, flags: { databaseUrl: 'sqlite:other.db' } }).config.databaseUrl.file,
    '/srv/other.db',
  );
});

test('a data folder with a dollar sign in its name stays as it is', () => {
  assert.equal(reading({ flags: { data: "/a$&b$'" } }).config.databaseUrl.file, "/a$&b$'/hallpass.db");
});

test('another file may be named by flag or variable, and the file may hold lists and switches', () => {
  const other = { '/srv/other.json': '{"trusted_proxies": ["10.0.0.0/8", "::1"], "metrics_public": true}' };
  for (const given of [
    { flags: { config: 'other.json' } },
    { env: { HALLPASS_CONFIG: '/srv/other.json' } },
  ]) {
    const { config } = reading({ ...given, files: other });
    assert.deepEqual(config.trustedProxies, ['10.0.0.0/8', '::1']);
    assert.equal(config.metricsPublic, true);
  }
});

test('a switch without a value is on', () => {
  assert.equal(reading({ flags: { metricsPublic: true } }).config.metricsPublic, true);
});

test('with a socket, a given host or port is not used, and a warning says so', () => {
  const { config, warnings } = reading({ flags: { socket: 'hp.sock' }, env: { PORT: '80' } });
  assert.equal(config.socket, '/srv/hp.sock');
  assert.deepEqual(warnings, ['PORT: not used, because socket is set']);
});

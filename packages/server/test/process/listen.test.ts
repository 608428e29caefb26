import assert from 'node:assert/strict';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeCertificate, type TestCertificate } from '../listen/certificate.ts';
import { ask, OWNER_KEY } from './ask.ts';
import { create, valueIn, verify } from './clients.ts';
import { place, type ReadyServer } from './place.ts';

const env = { HALLPASS_OWNER_KEY: OWNER_KEY };

/** A token is made, opens the door, and is a 401 once it is gone: over this address. */
async function assertWorks({ address }: ReadyServer): Promise<void> {
  const value = valueIn(await create(address, 'a'));
  assert.deepEqual(await verify(address, [value]), [200]);
  const gone = await ask(address, { method: 'DELETE', path: '/_/token?name=a', key: OWNER_KEY });
  assert.equal(gone.status, 200);
  assert.deepEqual(await verify(address, [value]), [401]);
}

test('PORT is honoured, and HALLPASS_PORT wins over it', async (t) => {
  const made = place(t);
  const server = await made.serve({ env: { ...env, PORT: '0' }, shell: 'unset HALLPASS_PORT' });
  assert.doesNotMatch(server.address, /:4255$/);
  await assertWorks(server);
  server.child.kill('SIGTERM');
  await server.ended;
  const other = await made.serve({ env: { ...env, PORT: '1', HALLPASS_PORT: '0' } });
  assert.match(other.address, /^http:\/\/127\.0\.0\.1:\d{4,5}$/);
});

test('it serves on IPv6', async (t) => {
  const server = await place(t).serve({ env, words: ['--host', '::1'] });
  assert.match(server.address, /^http:\/\/\[::1\]:\d+$/);
  await assertWorks(server);
});

test('it serves on a unix socket, for its group, and takes it away at the end', async (t) => {
  const made = place(t);
  const file = join(made.folder, 'hallpass.sock');
  const server = await made.serve({ env, words: ['--socket', file] });
  assert.equal(server.address, `unix:${file}`);
  assert.equal(statSync(file).mode & 0o777, 0o660);
  await assertWorks(server);
  server.child.kill('SIGTERM');
  assert.equal((await server.ended).code, 0);
  assert.ok(!existsSync(file));
});

test('beyond this machine without TLS it warns loudly; with TLS or on loopback it does not', async (t) => {
  const made = place(t);
  const { cert, key } = makeCertificate('one');
  const files = { cert: join(made.folder, 'cert.pem'), key: join(made.folder, 'key.pem') };
  writeFileSync(files.cert, cert);
  writeFileSync(files.key, key);
  const tls = ['--tls-cert', files.cert, '--tls-key', files.key];
  for (const [words, warnings] of [
    [['--host', '0.0.0.0'], 1],
    [['--host', '::'], 1],
    [['--host', '0.0.0.0', ...tls], 0],
    [[], 0],
  ] as const) {
    const server = await made.serve({ env, words });
    const said = server.output().match(/"level":"warn".*LISTENING BEYOND THIS MACHINE WITHOUT TLS/g) ?? [];
    assert.equal(said.length, warnings, words.join(' '));
    server.child.kill('SIGTERM');
    await server.ended;
  }
});

test('C119: a changed certificate is served after SIGHUP, and the server goes on with what it has', async (t) => {
  const made = place(t);
  const files = { cert: join(made.folder, 'cert.pem'), key: join(made.folder, 'key.pem') };
  const put = ({ cert, key }: TestCertificate) => {
    writeFileSync(files.cert, cert);
    writeFileSync(files.key, key);
  };
  const [one, two] = [makeCertificate('one'), makeCertificate('two')];
  put(one);
  const server = await made.serve({ env, words: ['--tls-cert', files.cert, '--tls-key', files.key] });
  const live = (ca: string) => server.ask({ path: '/_/health/live', ca });
  assert.equal((await live(one.cert)).status, 200);
  put(two);
  server.child.kill('SIGHUP');
  await server.printed('the certificate was read again');
  assert.equal((await live(two.cert)).status, 200);
  await assert.rejects(live(one.cert));
  writeFileSync(files.key, 'no key');
  server.child.kill('SIGHUP');
  await server.printed('the new certificate cannot be used; the old one stays');
  assert.equal((await live(two.cert)).status, 200);
});

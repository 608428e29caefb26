import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { openListener } from 'hallpass/listen';
import { StartError } from 'hallpass/start-error';
import { makeCertificate, type TestCertificate } from './certificate.ts';
import { keptLog, opened } from './listening.ts';

const folder = mkdtempSync(join(tmpdir(), 'hallpass-tls-'));
after(() => rmSync(folder, { recursive: true }));
const files = { tlsCert: join(folder, 'cert.pem'), tlsKey: join(folder, 'key.pem') };

function put({ cert, key }: TestCertificate): void {
  writeFileSync(files.tlsCert, cert);
  writeFileSync(files.tlsKey, key);
}

/** Asks with full checks of the certificate; gives the answer. */
function ask(address: string, { cert }: TestCertificate): Promise<string> {
  const { port } = new URL(address);
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, servername: 'localhost', ca: cert, agent: false, path: '/x' };
    request(options, (response) => resolve(text(response)))
      .on('error', reject)
      .end();
  });
}

test('close does not wait for connections that have never sent a byte', async () => {
  const certificate = makeCertificate('one');
  put(certificate);
  const { listener } = await opened(files, { drain: 3_600_000 });
  await listener.listen();
  const socket = await connected(listener.address, certificate.cert, 'TLSv1.2');
  const closed = once(socket, 'close');
  await listener.close();
  await closed;
});

function connected(address: string, ca: string, maxVersion: 'TLSv1.1' | 'TLSv1.2'): Promise<TLSSocket> {
  const port = Number(new URL(address).port);
  return new Promise((resolve, reject) => {
    const options = { port, host: '127.0.0.1', servername: 'localhost', ca, maxVersion } as const;
    // Old versions are off in OpenSSL itself unless the client lowers its guard.
    const old = { minVersion: 'TLSv1', ciphers: 'ALL@SECLEVEL=0' } as const;
    const socket = connect(maxVersion === 'TLSv1.1' ? { ...options, ...old } : options, () =>
      resolve(socket),
    );
    socket.on('error', reject);
  });
}

test('with certificate and key it speaks HTTPS, and no warning is due', async () => {
  const one = makeCertificate('one');
  put(one);
  const { listener, lines } = await opened({ ...files, host: '0.0.0.0' });
  await listener.listen();
  assert.match(listener.address, /^https:\/\/0\.0\.0\.0:\d+$/);
  assert.equal(await ask(listener.address, one), '/x');
  assert.deepEqual(lines, []);
  await listener.close();
});

test('C119: a changed certificate is taken up on reload; one that cannot serve changes nothing', async () => {
  const [one, two] = [makeCertificate('one'), makeCertificate('two')];
  put(one);
  const { listener, lines } = await opened(files);
  await listener.listen();
  const { address } = listener;

  put(two);
  assert.equal(await ask(address, one), '/x');
  await listener.reload();
  assert.equal(await ask(address, two), '/x');
  await assert.rejects(ask(address, one));

  for (const bad of [
    { ...two, key: one.key },
    { ...two, cert: '' },
    { ...two, key: 'no key' },
  ]) {
    put(bad);
    await listener.reload();
    assert.equal(await ask(address, two), '/x');
  }
  rmSync(files.tlsKey);
  await listener.reload();
  assert.equal(await ask(address, two), '/x');

  assert.deepEqual(
    lines.map(({ level }) => level),
    ['info', 'error', 'error', 'error', 'error'],
  );
  assert.equal(lines.at(-1)?.text, 'the new certificate cannot be used; the old one stays');
  await listener.close();
});

test('versions before TLS 1.2 are refused, after a reload too', async () => {
  const one = makeCertificate('one');
  put(one);
  const { listener } = await opened(files);
  await listener.listen();
  for (const _ of ['before', 'after']) {
    await assert.rejects(connected(listener.address, one.cert, 'TLSv1.1'));
    const socket = await connected(listener.address, one.cert, 'TLSv1.2');
    assert.equal(socket.getProtocol(), 'TLSv1.2');
    socket.destroy();
    await listener.reload();
  }
  await listener.close();
});

test('close cuts TLS connections that outlast the drain time', async () => {
  const one = makeCertificate('one');
  put(one);
  const { listener } = await opened(files, { handler: () => {}, drain: 20 });
  await listener.listen();
  const socket = await connected(listener.address, one.cert, 'TLSv1.2');
  socket.on('error', () => {}).write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(listener.server, 'request');
  const ended = once(socket, 'close');
  await listener.close();
  await ended;
});

test('a certificate that cannot serve stops the start', async () => {
  const [one, two] = [makeCertificate('one'), makeCertificate('two')];
  const config = { host: '127.0.0.1', port: 0, socket: null, socketMode: 0o660, ...files };
  for (const bad of [
    { ...one, key: two.key },
    { ...one, cert: 'x' },
  ]) {
    put(bad);
    await assert.rejects(
      openListener({ config, log: keptLog([]) }),
      (error) =>
        error instanceof StartError &&
        error.fault === 'cannot_listen' &&
        error.message.includes(`certificate ${files.tlsCert} and the key ${files.tlsKey} cannot be used`),
    );
  }
});

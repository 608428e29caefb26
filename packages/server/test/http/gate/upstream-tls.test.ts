import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, createServer as createPlainServer } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import type { UpstreamOptions } from 'hallpass/http/gate/upstream';
import { makeCertificate, type TestCertificate } from '../../listen/certificate.ts';
import { ask, bearer, bytesOf, RawClient } from '../raw-client.ts';
import { stand, upstreamAt } from '../stand.ts';

/** A service over TLS that answers with the name it was called by; its certificate is for `localhost`. */
async function secureService(t: TestContext, certificate: TestCertificate): Promise<[Server, string]> {
  const server = createServer({ ...certificate }, (request, response) =>
    response.end(String((request.socket as TLSSocket).servername)),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return [server, `https://127.0.0.1:${(server.address() as AddressInfo).port}`];
}

/** What a gate with this upstream answers: the status, and the body of a 200. */
async function through(t: TestContext, origin: string, options: Partial<UpstreamOptions>): Promise<unknown> {
  const at = await stand(t, { upstreams: [{ ...upstreamAt(origin), ...options }] });
  const answer = await ask(t, at.port, bytesOf('GET', '/x', [bearer(at.values.reader)]));
  if (answer.status === 502) assert.equal(at.faults.length, 1);
  return answer.status === 200 ? answer.body : answer.status;
}

describe('an upstream over TLS', () => {
  test('is reached by the name and the authority that the settings give', async (t) => {
    const certificate = makeCertificate('one');
    const [, origin] = await secureService(t, certificate);
    const ca = [certificate.cert];
    assert.equal(await through(t, origin, { ca, serverName: 'localhost' }), 'localhost');
    assert.equal(await through(t, origin.replace('127.0.0.1', 'localhost'), { ca }), 'localhost');
    const two = [makeCertificate('two').cert, certificate.cert];
    assert.equal(await through(t, origin, { ca: two, serverName: 'localhost' }), 'localhost');
  });

  test("is not believed with a foreign certificate, or one for another name, whatever the client's Host", async (t) => {
    const certificate = makeCertificate('one');
    const [, origin] = await secureService(t, certificate);
    const ca = [certificate.cert];
    for (const options of [
      { serverName: 'localhost' },
      { ca: [makeCertificate('two').cert], serverName: 'localhost' },
      { ca, serverName: 'other.test' },
      { ca, serverName: 'service.test' },
      { ca },
      { ca, hostHeader: 'localhost' },
    ])
      assert.equal(await through(t, origin, options), 502);
  });

  test('is checked also when the environment tells Node not to', async (t) => {
    const name = 'NODE_TLS_REJECT_UNAUTHORIZED';
    const before = process.env[name];
    process.env[name] = '0';
    t.after(() => {
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    });
    const [, origin] = await secureService(t, makeCertificate('one'));
    assert.equal(await through(t, origin, { serverName: 'localhost' }), 502);
  });

  test('carries WebSockets', async (t) => {
    const certificate = makeCertificate('one');
    const [server, origin] = await secureService(t, certificate);
    server.on('upgrade', (_request, socket) => {
      socket.on('error', () => {});
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
      socket.on('data', (chunk: Buffer) => socket.write(chunk));
    });
    const tls = { ca: [certificate.cert], serverName: 'localhost' };
    const { port, values } = await stand(t, { upstreams: [{ ...upstreamAt(origin), ...tls }] });
    const client = await RawClient.open(t, port);
    client.send(bytesOf('GET', '/x', [bearer(values.writer), 'Connection: Upgrade', 'Upgrade: websocket']));
    assert.equal((await client.answer()).status, 101);
    client.send('ping');
    assert.equal(await client.until((text) => text.includes('ping')), 'ping');
  });

  test('that does not finish the handshake is a 502 after its time to connect', async (t) => {
    const silent = createPlainServer((socket) => socket.on('error', () => {}).resume());
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    t.after(() => silent.close());
    const origin = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    assert.equal(await through(t, origin, { connectTimeoutMs: 50 }), 502);
  });
});

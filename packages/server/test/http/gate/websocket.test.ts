import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { describe, test } from 'node:test';
import { noConnections } from '../connections.ts';
import { bearer, bytesOf, headerOf, RawClient } from '../raw-client.ts';
import { type Stand, stand, valuesOf } from '../stand.ts';

const UPGRADE = [
  'Connection: keep-alive, Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZQ==',
];

/** Makes the upstream agree to every upgrade and send back what it gets, in capitals. */
function agree(upstream: Stand['upstream']): {
  readonly requests: IncomingMessage[];
  readonly sockets: Duplex[];
} {
  const requests: IncomingMessage[] = [];
  const sockets: Duplex[] = [];
  upstream.on('upgrade', (request, socket, head) => {
    requests.push(request);
    sockets.push(socket);
    socket.on('error', () => {});
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Accept: yes\r\nX-Hallpass-Write: true\r\n\r\nhello ',
    );
    if (head.length > 0) socket.write(head.toString('latin1').toUpperCase());
    socket.on('data', (chunk: Buffer) => socket.write(chunk.toString('latin1').toUpperCase()));
  });
  return { requests, sockets };
}

describe('upgrades at the gate', () => {
  test('a WebSocket is joined both ways, what was sent early included, and the upstream learns who called', async (t) => {
    const { port, values, upstream } = await stand(t);
    const { requests } = agree(upstream);
    const client = await RawClient.open(t, port);
    client.send(`${bytesOf('GET', '/chat?room=1', [bearer(values.writer), ...UPGRADE])}early `);
    const answer = await client.answer();
    assert.equal(answer.status, 101);
    assert.equal(headerOf(answer, 'Upgrade'), 'websocket');
    assert.equal(headerOf(answer, 'Sec-WebSocket-Accept'), 'yes');
    assert.deepEqual(valuesOf(answer.headers, 'X-Hallpass-Write'), []);
    client.send('more');
    assert.equal(await client.until((text) => text.includes('MORE')), 'hello EARLY MORE');
    const headers = requests[0]?.rawHeaders ?? [];
    assert.equal(requests[0]?.url, '/chat?room=1');
    assert.deepEqual(valuesOf(headers, 'X-Hallpass-Write'), ['true']);
    assert.deepEqual(valuesOf(headers, 'Sec-WebSocket-Key'), ['dGhlIHNhbXBsZQ==']);
    assert.deepEqual(valuesOf(headers, 'Authorization'), []);
    assert.deepEqual(valuesOf(headers, 'Upgrade'), ['websocket']);
  });

  test("when the client leaves, the upstream's end closes too", async (t) => {
    const { port, values, upstream } = await stand(t);
    const { sockets } = agree(upstream);
    const client = await RawClient.open(t, port);
    client.send(bytesOf('GET', '/chat', [bearer(values.writer), ...UPGRADE]));
    await client.until((text) => text.includes('hello'));
    const closed = once(sockets[0] as Duplex, 'end');
    client.socket.destroy();
    await closed;
  });

  test("when the upstream leaves, the client's end closes too", async (t) => {
    const { port, values, upstream } = await stand(t);
    const { sockets } = agree(upstream);
    const client = await RawClient.open(t, port);
    client.send(bytesOf('GET', '/chat', [bearer(values.writer), ...UPGRADE]));
    await client.until((text) => text.includes('hello'));
    sockets[0]?.destroy();
    await client.rest();
  });

  test('close() ends open WebSockets', async (t) => {
    const { port, values, upstream, gate } = await stand(t);
    agree(upstream);
    const client = await RawClient.open(t, port);
    client.send(bytesOf('GET', '/chat', [bearer(values.writer), ...UPGRADE]));
    await client.until((text) => text.includes('hello'));
    await gate.close();
    await client.rest();
  });

  test('C47: a WebSocket is a write: 403 for a read-only token, 401 for none, and the connection closes', async (t) => {
    const { port, values, upstream } = await stand(t);
    const { requests } = agree(upstream);
    for (const [line, status] of [
      [bearer(values.reader), 403],
      [bearer(values.unknown), 401],
      ['X: y', 401],
      ['Authorization: Bearer', 400],
    ] as const) {
      const client = await RawClient.open(t, port);
      client.send(bytesOf('GET', '/chat', [line, ...UPGRADE]));
      assert.equal((await client.answer()).status, status);
      assert.equal(await client.rest(), '');
    }
    assert.equal(requests.length, 0);
  });

  for (const [what, method, lines, body] of [
    [
      'h2c',
      'GET',
      ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk'],
      undefined,
    ],
    ['a made-up protocol', 'GET', ['Connection: Upgrade', 'Upgrade: magic/1'], undefined],
    ['a list of protocols', 'GET', ['Connection: Upgrade', 'Upgrade: websocket, h2c'], undefined],
    ['two Upgrade lines', 'GET', [...UPGRADE, 'Upgrade: h2c'], undefined],
    ['a WebSocket by POST', 'POST', UPGRADE, undefined],
    ['a WebSocket with a body', 'GET', UPGRADE, 'GET /smuggled HTTP/1.1\r\n\r\n'],
  ] as const) {
    test(`C65: ${what} is a 400 unsupported_upgrade, and the connection closes`, async (t) => {
      const { port, values, upstream, seen } = await stand(t);
      const { requests } = agree(upstream);
      const client = await RawClient.open(t, port);
      client.send(bytesOf(method, '/x', [bearer(values.writer), ...lines], body));
      const answer = await client.answer();
      assert.equal(answer.status, 400);
      assert.equal(JSON.parse(answer.body).code, 'unsupported_upgrade');
      assert.equal(await client.rest(), '');
      assert.deepEqual([requests.length, seen.length], [0, 0]);
    });
  }

  test('an upgrade with a fault in its head or target is refused like any other request', async (t) => {
    const { port, values, upstream } = await stand(t);
    const { requests } = agree(upstream);
    for (const bytes of [
      bytesOf('GET', '/a/../b', [bearer(values.writer), ...UPGRADE]),
      bytesOf('GET', '/a', [bearer(values.writer), 'Host: b', ...UPGRADE]),
      bytesOf('GET', '/a', [bearer(values.writer), bearer(values.writer), ...UPGRADE]),
    ]) {
      const client = await RawClient.open(t, port);
      client.send(bytes);
      assert.equal((await client.answer()).status, 400);
      assert.equal(await client.rest(), '');
    }
    assert.equal(requests.length, 0);
  });

  test('an upstream that will not switch is heard, and the connection closes', async (t) => {
    const { port, values, upstream } = await stand(t);
    upstream.on('upgrade', (_request, socket) =>
      socket.end('HTTP/1.1 426 Upgrade Required\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno'),
    );
    const client = await RawClient.open(t, port);
    client.send(bytesOf('GET', '/chat', [bearer(values.writer), ...UPGRADE]));
    const answer = await client.answer();
    assert.deepEqual([answer.status, answer.body], [426, 'no']);
    assert.equal(await client.rest(), '');
  });

  for (const [how, early, leave] of [
    ['leaves', '', (client: RawClient) => client.socket.destroy()],
    ['says that it sends no more', '', (client: RawClient) => client.socket.end()],
    ['says so after it has sent something', 'early', (client: RawClient) => client.socket.end()],
    ['is gone after it has sent something', 'early', (client: RawClient) => client.socket.destroy()],
  ] as const) {
    test(`a client that ${how} before the upstream has switched aborts the request there`, async (t) => {
      const { port, values, server, upstream, faults } = await stand(t);
      const waiting = once(upstream, 'upgrade');
      const client = await RawClient.open(t, port);
      client.send(bytesOf('GET', '/chat', [bearer(values.writer), ...UPGRADE]));
      const [, socket] = (await waiting) as [IncomingMessage, Duplex];
      socket.resume();
      const closed = once(socket, 'end');
      if (early !== '') client.send(early);
      leave(client);
      await closed;
      // It was not the time for the answer that ended it.
      await noConnections(server);
      assert.deepEqual(faults, []);
    });
  }

  test('what a client sends before the upstream has switched arrives, all of it and in order', async (t) => {
    const { port, values, upstream } = await stand(t);
    const waiting = once(upstream, 'upgrade');
    const client = await RawClient.open(t, port);
    const early = Array.from({ length: 100_000 }, (_, i) => `${i} `).join('');
    client.send(`${bytesOf('GET', '/chat', [bearer(values.writer), ...UPGRADE])}${early}`);
    const [, socket, head] = (await waiting) as [IncomingMessage, Duplex, Buffer];
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    let got = head.toString('latin1');
    for await (const chunk of socket) {
      got += chunk.toString('latin1');
      if (got.length >= early.length) break;
    }
    assert.ok(got === early);
    client.socket.destroy();
  });

  test("nobody at the upstream's address is a 502", async (t) => {
    const { port, values } = await stand(t, { origin: 'http://127.0.0.1:1' });
    const client = await RawClient.open(t, port);
    client.send(bytesOf('GET', '/chat', [bearer(values.writer), ...UPGRADE]));
    assert.equal((await client.answer()).status, 502);
    await client.rest();
  });

  test('the API answers a request that also asks for an upgrade, unless it has a body', async (t) => {
    const { port, apiCalls } = await stand(t);
    const client = await RawClient.open(t, port);
    client.send(bytesOf('GET', '/_/token', UPGRADE));
    assert.equal((await client.answer()).status, 418);
    assert.equal(await client.rest(), '');
    const second = await RawClient.open(t, port);
    second.send(bytesOf('POST', '/_/token', ['Connection: Upgrade', 'Upgrade: h2c'], '{}'));
    assert.equal((await second.answer()).status, 400);
    assert.deepEqual(apiCalls, ['GET /_/token']);
  });
});

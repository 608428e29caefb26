import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { StartError } from 'hallpass/start-error';
import { opened } from './listening.ts';

async function refusalOf(settings: Parameters<typeof opened>[0]): Promise<string> {
  const { listener } = await opened(settings);
  try {
    await listener.listen();
  } catch (error) {
    assert.ok(error instanceof StartError);
    assert.equal(error.fault, 'cannot_listen');
    return error.message;
  }
  await listener.close();
  return '';
}

test('it listens on the given host and any free port, and says where', async () => {
  const { listener, lines } = await opened();
  await listener.listen();
  assert.match(listener.address, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.equal(await (await fetch(`${listener.address}/x`)).text(), '/x');
  assert.deepEqual(lines, []);
  await listener.close();
});

test('it listens on IPv6, or says that the machine has none', async () => {
  const { listener } = await opened({ host: '::1' });
  try {
    await listener.listen();
  } catch (error) {
    assert.ok(error instanceof StartError);
    assert.match(error.message, /^This machine has no address ::1;/);
    return;
  }
  assert.match(listener.address, /^http:\/\/\[::1\]:\d+$/);
  assert.equal(await (await fetch(`${listener.address}/x`)).text(), '/x');
  await listener.close();
});

test('a port that is taken, and an address of another machine, are told clearly', async () => {
  const { listener } = await opened();
  await listener.listen();
  const port = Number(new URL(listener.address).port);
  assert.equal(
    await refusalOf({ port }),
    `Something listens on 127.0.0.1 port ${port} already; stop it or choose another place`,
  );
  await listener.close();
  assert.match(await refusalOf({ host: '192.0.2.1' }), /^This machine has no address 192\.0\.2\.1;/);
});

test('listening beyond this machine without TLS is warned about loudly', async () => {
  for (const host of ['0.0.0.0', '127.0.0.1', 'localhost', '127.1.2.3']) {
    const { listener, lines } = await opened({ host });
    await listener.listen();
    const loud = lines.filter(({ level, text }) => level === 'warn' && text.includes('WITHOUT TLS'));
    assert.equal(loud.length, host === '0.0.0.0' ? 1 : 0, host);
    await listener.close();
  }
});

function send(address: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname);
  socket.write(bytes);
  return text(socket);
}

test('C18: a header section of 17 kB is answered with 431', async () => {
  const { listener } = await opened();
  await listener.listen();
  const answer = await send(
    listener.address,
    `GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${'a'.repeat(17 * 1024)}\r\n\r\n`,
  );
  assert.match(answer, /^HTTP\/1\.1 431 /);
  await listener.close();
});

test('a request without Host is refused, unless the handlers look after it themselves', async () => {
  for (const [requireHostHeader, status] of [
    [true, 400],
    [false, 200],
  ] as const) {
    const { listener } = await opened({}, { server: { requireHostHeader } });
    await listener.listen();
    const answer = await send(listener.address, 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n');
    assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `));
    await listener.close();
  }
});

test('no header is dropped in silence, however many there are', async () => {
  const counts: number[] = [];
  const { listener } = await opened(
    {},
    {
      handler: (request, response) => {
        counts.push(request.rawHeaders.length / 2);
        response.end();
      },
    },
  );
  await listener.listen();
  await send(
    listener.address,
    `GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${'a:\r\n'.repeat(3000)}\r\n`,
  );
  assert.deepEqual(counts, [3002]);
  await listener.close();
});

test('a client that never ends its header section is cut off; one that is slow with its body is not', async () => {
  const { listener } = await opened(
    {},
    { handler: (request, response) => void request.on('end', () => response.end('all there')).resume() },
  );
  listener.server.headersTimeout = 1;
  await listener.listen();
  const { hostname, port } = new URL(listener.address);
  const uploading = connect(Number(port), hostname);
  uploading.write('POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n1');
  const slow = ['', 'GET', 'GET / HTTP/1.1\r\nHost: x\r\n'].map((bytes) => send(listener.address, bytes));
  for (const answer of await Promise.all(slow)) assert.match(answer, /^HTTP\/1\.1 408 /);
  uploading.write('2');
  assert.match(await text(uploading), /all there$/);
  await listener.close();
});

test('close lets a request under way finish, takes no new one, and closes idle connections at once', async () => {
  let finish = () => {};
  const { listener } = await opened(
    {},
    {
      handler: (request, response) => {
        if (request.url === '/idle') response.end();
        else finish = () => response.end('done');
      },
    },
  );
  await listener.listen();
  const { address } = listener;
  const { hostname, port } = new URL(address);
  const idle = connect(Number(port), hostname);
  idle.write('GET /idle HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(idle, 'data');
  const underWay = new Promise<string>((resolve, reject) => {
    get(`${address}/slow`, (response) => resolve(text(response))).on('error', reject);
  });
  await once(listener.server, 'request');
  const closed = listener.close();
  await once(idle, 'close');
  await assert.rejects(fetch(address));
  finish();
  assert.equal(await underWay, 'done');
  await closed;
});

test('close does not wait for connections that have never sent a byte', async () => {
  const { listener } = await opened({}, { drain: 3_600_000 });
  await listener.listen();
  const { hostname, port } = new URL(listener.address);
  const silent = connect(Number(port), hostname);
  await once(listener.server, 'connection');
  const closed = once(silent, 'close');
  await listener.close();
  await closed;
});

test('a client that keeps asking on its connection is told to leave once close was called', async () => {
  const responses: ServerResponse[] = [];
  const { listener } = await opened({}, { handler: (_request, response) => void responses.push(response) });
  await listener.listen();
  const { hostname, port } = new URL(listener.address);
  const client = connect(Number(port), hostname);
  const answers = text(client);
  client.write('GET /a HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(listener.server, 'request');
  const closed = listener.close();
  client.write('GET /b HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(listener.server, 'request');
  for (const response of responses) response.end();
  const [, first = '', second = ''] = (await answers).split('HTTP/1.1 200 OK');
  assert.match(first, /Connection: keep-alive/);
  assert.match(second, /Connection: close/);
  await closed;
});

test('close cuts what is left after the drain time, upgraded connections too', async () => {
  const { listener } = await opened({}, { handler: () => {}, drain: 20 });
  listener.server.on('upgrade', (_request, socket) => {
    socket.on('error', () => {});
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n');
  });
  await listener.listen();
  const { hostname, port } = new URL(listener.address);
  const upgraded = connect(Number(port), hostname);
  upgraded.write('GET / HTTP/1.1\r\nHost: x\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n');
  await once(upgraded, 'data');
  const hanging = connect(Number(port), hostname);
  hanging.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(listener.server, 'request');
  const ends = [upgraded, hanging].map(
    (socket) => new Promise((resolve) => socket.on('error', () => {}).once('close', resolve)),
  );
  await listener.close();
  await Promise.all(ends);
});

test('closing what never listened, or closing twice, is no fault', async () => {
  const { listener } = await opened();
  await listener.close();
  const { listener: second } = await opened();
  await second.listen();
  await Promise.all([second.close(), second.close()]);
});

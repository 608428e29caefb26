import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { describe, test } from 'node:test';
import { noConnections } from '../connections.ts';
import { ask, bearer, bytesOf, headerOf, RawClient } from '../raw-client.ts';
import { stand } from '../stand.ts';

const MB = 1024 * 1024;
const BIG = 100 * MB;
const BLOCK = Buffer.alloc(64 * 1024, 'x');
/** RSS that moving 100 MB may add: buffers at both ends and what the collector leaves for later. */
const MOST_GROWTH = 60 * MB;

async function writeMuch(to: { write(chunk: Buffer): boolean } & NodeJS.EventEmitter): Promise<void> {
  for (let sent = 0; sent < BIG; sent += BLOCK.length) if (!to.write(BLOCK)) await once(to, 'drain');
}

/** Resolves with the first call, so that a test waits for what happens and for nothing else. */
function signal<T>(): { readonly happened: Promise<T>; readonly tell: (value: T) => void } {
  let tell: (value: T) => void = () => {};
  const happened = new Promise<T>((resolve) => {
    tell = resolve;
  });
  return { happened, tell };
}

/** A server that answers every connection with these bytes, whatever it is sent. */
function rawServer(bytes: string, close: boolean) {
  return createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      if (close) socket.end(bytes, 'latin1');
      else socket.write(bytes, 'latin1');
    });
  });
}

async function rawOrigin(t: Parameters<typeof stand>[0], bytes: string, close = false): Promise<string> {
  const server = rawServer(bytes, close).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

describe('streams through the gate', () => {
  test('C70: 100 MB upwards arrive whole and memory stays flat', async (t) => {
    let received = 0;
    const { port, values } = await stand(t, {
      upstream: async (request, response) => {
        for await (const chunk of request) received += (chunk as Buffer).length;
        response.end('done');
      },
    });
    const client = await RawClient.open(t, port);
    let before = 0;
    // The first time a process takes what it needs to begin with.
    for (const round of [1, 2]) {
      before = process.memoryUsage.rss();
      client.send(bytesOf('PUT', '/x', [bearer(values.writer), `Content-Length: ${BIG}`]));
      await writeMuch(client.socket);
      assert.equal((await client.answer()).body, 'done');
      assert.equal(received, round * BIG);
    }
    assert.ok(process.memoryUsage.rss() - before < MOST_GROWTH);
  });

  test('C70: 100 MB downwards arrive whole, and a slow reader holds the upstream back', async (t) => {
    let written = 0;
    const waits = signal<void>();
    const { port, values } = await stand(t, {
      upstream: async (request, response) => {
        while (request.url === '/much' && written < BIG) {
          written += BLOCK.length;
          if (response.write(BLOCK)) continue;
          waits.tell();
          await once(response, 'drain');
        }
        response.end();
      },
    });
    const before = process.memoryUsage.rss();
    const client = await RawClient.open(t, port);
    client.socket.pause();
    client.socket.removeAllListeners('data');
    client.send(bytesOf('GET', '/much', [bearer(values.reader), 'Connection: close']));
    await waits.happened;
    // Time enough for all of it, if nothing held it back.
    const other = await RawClient.open(t, port);
    for (let i = 0; i < 500; i++) {
      other.send(bytesOf('GET', '/little', [bearer(values.reader)]));
      assert.equal((await other.answer()).status, 200);
    }
    assert.ok(written < BIG / 2);
    let received = 0;
    client.socket.on('data', (text: string) => {
      received += text.length;
    });
    client.socket.resume();
    await once(client.socket, 'end');
    assert.ok(received > BIG);
    assert.ok(process.memoryUsage.rss() - before < MOST_GROWTH);
  });

  test('C71: an event stream begins before its first event, each event comes as it is sent, and neither waits for a timer', async (t) => {
    const opened = signal<ServerResponse>();
    const { port, values } = await stand(t, {
      upstream: (_request, response) => {
        response.writeHead(200, ['Content-Type', 'text/event-stream']);
        response.flushHeaders();
        opened.tell(response);
      },
    });
    const client = await RawClient.open(t, port);
    // From here on no timer of this process runs, so nothing that comes has waited for one.
    t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
    client.send(bytesOf('GET', '/events', [bearer(values.reader)]));
    assert.match(await client.until((text) => text.includes('\r\n\r\n')), /text\/event-stream/);
    const response = await opened.happened;
    for (const event of ['one', 'two']) {
      response.write(`data: ${event}\n\n`);
      await client.until((text) => text.includes(`data: ${event}\n\n`));
    }
  });

  test('C69 C71: that a client has left reaches the upstream before it has sent another event', async (t) => {
    const opened = signal<ServerResponse>();
    const left = signal<void>();
    const { port, values, upstream } = await stand(t, {
      upstream: (_request, response) => {
        response.writeHead(200, ['Content-Type', 'text/event-stream']);
        response.write('data: one\n\n');
        response.once('close', () => left.tell());
        opened.tell(response);
      },
    });
    const client = await RawClient.open(t, port);
    t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
    client.send(bytesOf('GET', '/events', [bearer(values.reader)]));
    await client.until((text) => text.includes('data: one'));
    await opened.happened;
    client.socket.destroy();
    await left.happened;
    await noConnections(upstream);
  });

  test('C72: HEAD has the headers of the upstream and no body', async (t) => {
    const { port, values } = await stand(t, {
      upstream: (_request, response) => response.writeHead(200, ['Content-Length', '1234']).end(),
    });
    const client = await RawClient.open(t, port);
    client.send(bytesOf('HEAD', '/x', [bearer(values.reader), 'Connection: close']));
    const answer = await client.answer(true);
    assert.deepEqual([answer.status, headerOf(answer, 'Content-Length')], [200, '1234']);
    assert.equal(await client.rest(), '');
  });

  for (const [status, length] of [
    [204, []],
    [204, ['Content-Length', '5']],
    [304, []],
    [304, ['Content-Length', '5']],
  ] as const) {
    test(`${status} has no body${length.length === 0 ? '' : ', whatever its length says'}, and the connection goes on`, async (t) => {
      const { port, values, faults } = await stand(t, {
        upstream: (_request, response) => response.writeHead(status, ['ETag', '"a"', ...length]).end(),
      });
      const client = await RawClient.open(t, port);
      for (let i = 0; i < 2; i++) {
        client.send(bytesOf('GET', '/x', [bearer(values.reader)]));
        const answer = await client.answer();
        assert.deepEqual([answer.status, headerOf(answer, 'ETag')], [status, '"a"']);
        assert.equal(headerOf(answer, 'Content-Length'), status === 204 ? undefined : length[1]);
      }
      assert.deepEqual(faults, []);
    });
  }

  test('a chunked body arrives chunked and whole', async (t) => {
    const { port, values, seen } = await stand(t);
    const bytes = bytesOf('POST', '/x', [bearer(values.writer), 'Transfer-Encoding: chunked']);
    await ask(t, port, `${bytes}3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nAuthorization: Bearer x\r\nX-T: 1\r\n\r\n`);
    assert.equal(seen[0]?.body, 'abcde');
    assert.ok(!seen[0]?.headers.some((name) => /authorization/i.test(name)));
  });

  test('trailers of the upstream come through, but none that grants or poses', async (t) => {
    const { port, values } = await stand(t, {
      upstream: (_request, response) => {
        response.write('x');
        response.addTrailers([
          ['Grpc-Status', '0'],
          ['Set-Cookie', 'a=b'],
          ['X-Hallpass-Write', 'true'],
          ['Cache-Control', 'public'],
        ]);
        response.end();
      },
    });
    const client = await RawClient.open(t, port);
    client.send(bytesOf('GET', '/x', [bearer(values.reader), 'Connection: close']));
    const text = await client.rest();
    assert.match(text, /\r\n0\r\nGrpc-Status: 0\r\n\r\n$/);
  });

  test('an early hint of the upstream is not taken for its answer', async (t) => {
    const { port, values } = await stand(t, {
      upstream: (_request, response) => {
        response.writeEarlyHints({ link: '</a.css>; rel=preload' });
        response.end('ok');
      },
    });
    const answer = await ask(t, port, bytesOf('GET', '/x', [bearer(values.reader)]));
    assert.deepEqual([answer.status, answer.body], [200, 'ok']);
  });
});

describe('when one side goes away', () => {
  test('C69: a client that leaves in the middle of its body aborts the upstream request', async (t) => {
    const cut = signal<boolean>();
    const begun = signal<void>();
    const { port, values, upstream } = await stand(t, {
      upstream: (request: IncomingMessage) => {
        request.on('error', () => {});
        request.once('data', () => begun.tell());
        request.once('close', () => cut.tell(request.complete));
      },
    });
    const client = await RawClient.open(t, port);
    client.send(`${bytesOf('POST', '/x', [bearer(values.writer), 'Content-Length: 1000'])}abc`);
    await begun.happened;
    client.socket.destroy();
    assert.equal(await cut.happened, false);
    await noConnections(upstream);
  });

  test("an upstream that breaks off its answer breaks off the client's", async (t) => {
    const origin = await rawOrigin(
      t,
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n',
      true,
    );
    const { port, values, faults } = await stand(t, { origin });
    const client = await RawClient.open(t, port);
    client.send(bytesOf('GET', '/x', [bearer(values.reader)]));
    const text = await client.rest();
    assert.match(text, /abc/);
    assert.ok(!text.includes('\r\n0\r\n'));
    assert.equal(faults.length, 1);
  });

  test("nobody at the upstream's address is a 502 that names no address", async (t) => {
    const { port, values, faults } = await stand(t, { origin: 'http://127.0.0.1:1' });
    for (const body of [undefined, 'hello']) {
      const answer = await ask(t, port, bytesOf('POST', '/x', [bearer(values.writer)], body));
      assert.equal(answer.status, 502);
      assert.equal(JSON.parse(answer.body).code, 'upstream_unreachable');
      assert.ok(!answer.body.includes('127.0.0.1'));
    }
    assert.equal(faults.length, 2);
  });

  test("nobody at the upstream's address: a client that waits for a 100 gets the 502 instead", async (t) => {
    const { port, values } = await stand(t, { origin: 'http://127.0.0.1:1' });
    const lines = [bearer(values.writer), 'Expect: 100-continue', 'Content-Length: 100000'];
    assert.equal((await ask(t, port, bytesOf('POST', '/x', lines))).status, 502);
  });

  test('an upstream that does not answer in time is a 504', async (t) => {
    const { port, values } = await stand(t, { upstream: () => {}, answerTimeoutMs: 50 });
    const answer = await ask(t, port, bytesOf('GET', '/x', [bearer(values.reader)]));
    assert.equal(answer.status, 504);
    assert.equal(JSON.parse(answer.body).code, 'upstream_timeout');
  });

  for (const [what, bytes] of [
    ['is no HTTP', 'SSH-2.0-OpenSSH\r\n\r\n'],
    ['has two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    [
      'has both length and chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'is coded for the transfer, then in chunks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
    ],
    [
      'says so in a line of its own',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['is coded for the transfer alone', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc'],
    ['is longer than we read of headers', `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(70_000)}\r\n\r\n`],
    [
      'switches protocols unasked',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    ],
  ] as const) {
    test(`an answer that ${what} is a 502`, async (t) => {
      const { port, values } = await stand(t, { origin: await rawOrigin(t, bytes) });
      assert.equal((await ask(t, port, bytesOf('GET', '/x', [bearer(values.reader)]))).status, 502);
    });
  }

  test('a request is sent once more only when it has no body, changes nothing and the connection was lost', async (t) => {
    let requests = 0;
    const { port, values } = await stand(t, {
      upstream: (request, response) => {
        requests++;
        if (request.url === '/lost') request.socket.destroy();
        else response.end('ok');
      },
    });
    const statusOf = async (method: string, body?: string) =>
      (await ask(t, port, bytesOf(method, '/lost', [bearer(values.writer)], body))).status;
    assert.deepEqual([await statusOf('GET'), requests], [502, 2]);
    requests = 0;
    assert.deepEqual([await statusOf('DELETE'), requests], [502, 1]);
    assert.deepEqual([await statusOf('POST', 'x'), requests], [502, 2]);
    assert.deepEqual([await statusOf('GET', 'x'), requests], [502, 3]);
  });

  test('an upstream that answers before it has read the body is heard, and the connection goes on', async (t) => {
    const { port, values } = await stand(t, {
      upstream: (request, response) => {
        request.resume();
        response.writeHead(413).end('too much');
      },
    });
    const client = await RawClient.open(t, port);
    client.send(`${bytesOf('POST', '/x', [bearer(values.writer), 'Content-Length: 10'])}0`);
    const answer = await client.answer();
    assert.deepEqual([answer.status, answer.body], [413, 'too much']);
    client.send(`123456789${bytesOf('GET', '/y', [bearer(values.writer)])}`);
    assert.equal((await client.answer()).status, 413);
  });

  test('after close() nothing passes any more, and what waited is answered', async (t) => {
    const waiting = signal<void>();
    const { port, values, gate } = await stand(t, { upstream: () => waiting.tell() });
    const client = await RawClient.open(t, port);
    client.send(bytesOf('GET', '/x', [bearer(values.reader)]));
    await waiting.happened;
    await gate.close();
    assert.equal((await client.answer()).status, 502);
    assert.equal((await ask(t, port, bytesOf('GET', '/x', [bearer(values.reader)]))).status, 502);
  });
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { createServer as createSecureServer, Server as SecureServer } from 'node:tls';
import { openUpstream, type UpstreamOptions } from 'hallpass/http/gate/upstream';
import type { Dispatcher } from 'undici';
import { makeCertificate } from '../../listen/certificate.ts';
import { temporaryFolder } from '../../server.ts';
import { bearer, bytesOf, RawClient } from '../raw-client.ts';
import { stand, upstreamAt } from '../stand.ts';

/** A service that answers each request with these bytes, and then does what it is told with the connection. */
async function service(
  t: TestContext,
  bytes: string,
  { server = createServer(), path }: { server?: Server; path?: string } = {},
): Promise<{ origin: string; asked: Promise<Socket> }> {
  const connected = once(server, server instanceof SecureServer ? 'secureConnection' : 'connection');
  const asked = connected.then(async ([socket]: Socket[]) => {
    assert.ok(socket);
    socket.on('error', () => {});
    await once(socket, 'data');
    socket.write(bytes);
    return socket;
  });
  if (path === undefined) server.listen(0, '127.0.0.1');
  else server.listen(path);
  await once(server, 'listening');
  t.after(async () => {
    server.close();
    (await asked).destroy();
  });
  const { port } = server.address() as AddressInfo;
  const scheme = server instanceof SecureServer ? 'https' : 'http';
  return { origin: path === undefined ? `${scheme}://127.0.0.1:${port}` : 'http://localhost', asked };
}

/** What has been sent on this machine so far has been read after so many turns. */
async function someTurns(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** An answer that is taken only when it is asked for. */
class Waiting implements Dispatcher.DispatchHandler {
  readonly came: Promise<Dispatcher.DispatchController>;
  readonly ended: Promise<string>;
  #body = '';
  #tellCame: (controller: Dispatcher.DispatchController) => void = () => {};
  #tellEnded: (what: string) => void = () => {};

  constructor() {
    this.came = new Promise((resolve) => {
      this.#tellCame = resolve;
    });
    this.ended = new Promise((resolve) => {
      this.#tellEnded = resolve;
    });
  }

  onRequestStart(): void {}

  onResponseStart(): void {}

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#body += chunk;
    controller.pause();
    this.#tellCame(controller);
  }

  onResponseEnd(): void {
    this.#tellEnded(`whole: ${this.#body}`);
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#tellEnded(`broken off: ${this.#body} (${'code' in error ? error.code : error.message})`);
  }
}

/** Answers of five bytes. */
const SIZED: readonly (readonly [what: string, head: string])[] = [
  ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n'],
  ['behind which the connection closes', 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\n'],
  ['behind which it would not close', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'],
];
const UNSIZED = 'HTTP/1.1 200 OK\r\n\r\n';

function ask(t: TestContext, origin: string, options: Partial<UpstreamOptions> = {}): Waiting {
  const { dispatcher, servername } = openUpstream({ ...upstreamAt(origin), ...options });
  t.after(() => dispatcher.destroy());
  const answer = new Waiting();
  const request = { path: '/', method: 'GET', servername } as const;
  dispatcher.dispatch(request, answer);
  return answer;
}

const ENDS = {
  end: (socket: Socket) => void socket.end(),
  reset: (socket: Socket) => void socket.resetAndDestroy(),
  /** As a service does that closes over a body that it has not read. */
  'end and reset': (socket: Socket) => void socket.end(() => socket.resetAndDestroy()),
} as const;

/** What becomes of an answer that nobody takes until its connection has ended. */
async function endOf(t: TestContext, bytes: string, how: keyof typeof ENDS): Promise<string> {
  const { origin, asked } = await service(t, bytes);
  return endedBy(how, ask(t, origin), asked);
}

async function endedBy(how: keyof typeof ENDS, answer: Waiting, asked: Promise<Socket>): Promise<string> {
  const [controller, socket] = await Promise.all([answer.came, asked]);
  ENDS[how](socket);
  await someTurns();
  controller.resume();
  return answer.ended;
}

describe('an upstream that ends its connection while its answer waits for a slow client', () => {
  for (const how of ['end', 'end and reset'] as const)
    test(`has given it whole when it has no length: ${how}`, async (t) => {
      assert.equal(await endOf(t, `${UNSIZED}hello`, how), 'whole: hello');
    });

  test('has broken it off when it has no length and the connection is reset', async (t) => {
    assert.equal(await endOf(t, `${UNSIZED}hello`, 'reset'), 'broken off: hello (UND_ERR_SOCKET)');
  });

  test('has given it whole over TLS', async (t) => {
    const certificate = makeCertificate('one');
    const server = createSecureServer(certificate);
    const { origin, asked } = await service(t, `${UNSIZED}hello`, { server });
    const answer = ask(t, origin, { ca: [certificate.cert], serverName: 'localhost' });
    assert.equal(await endedBy('end', answer, asked), 'whole: hello');
  });

  test('has given it whole over a unix socket', async (t) => {
    const path = join(temporaryFolder(t), 'service.sock');
    const { origin, asked } = await service(t, `${UNSIZED}hello`, { path });
    const answer = ask(t, origin, { socketPath: path });
    assert.equal(await endedBy('end', answer, asked), 'whole: hello');
  });

  for (const [what, head] of SIZED) {
    for (const how of ['end', 'reset', 'end and reset'] as const) {
      test(`has given it whole when its length is there: one ${what}, ${how}`, async (t) => {
        assert.equal(await endOf(t, `${head}hello`, how), 'whole: hello');
      });

      test(`has broken it off when some of it is missing: one ${what}, ${how}`, async (t) => {
        assert.match(await endOf(t, `${head}hell`, how), /^broken off: hell /);
      });
    }
  }
});

test("an upstream that resets an answer without a length breaks off the client's", async (t) => {
  const { origin, asked } = await service(t, 'HTTP/1.1 200 OK\r\n\r\nhello');
  const { port, values, faults } = await stand(t, { origin });
  const client = await RawClient.open(t, port);
  client.send(bytesOf('GET', '/x', [bearer(values.reader)]));
  await client.until((text) => text.includes('hello'));
  (await asked).resetAndDestroy();
  assert.ok(!(await client.rest()).includes('\r\n0\r\n'));
  assert.equal(faults.length, 1);
});

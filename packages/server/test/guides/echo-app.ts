import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { atEnd } from '../server.ts';

/** What the service behind the proxy got, as it came. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  /** Flat, names as sent. */
  readonly headers: readonly string[];
  readonly body: string;
}

export interface EchoApp {
  readonly port: number;
  readonly seen: Seen[];
}

function seenOf(request: IncomingMessage, body: string): Seen {
  return { method: request.method ?? '', url: request.url ?? '', headers: request.rawHeaders, body };
}

/**
 * A service that answers with what it got, as JSON; below `/status/` with the status the path names. It changes to
 * every protocol, and then sends back the bytes it gets.
 */
export async function startEchoApp(t: TestContext): Promise<EchoApp> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('latin1')) body += chunk;
    seen.push(seenOf(request, body));
    const named = /^\/status\/(\d{3})$/.exec(request.url ?? '');
    response.writeHead(named ? Number(named[1]) : 200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(seen.at(-1)));
  });
  const upgraded = new Set<Socket>();
  server.on('upgrade', (request, socket: Socket) => {
    seen.push(seenOf(request, ''));
    upgraded.add(socket);
    socket.on('error', () => socket.destroy());
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: ${request.headers.upgrade}\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.on('data', (chunk: Buffer) => socket.write(chunk));
    socket.on('end', () => socket.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(t, () => {
    for (const socket of upgraded) socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, seen };
}

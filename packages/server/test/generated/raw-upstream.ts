import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** A request as it came over the wire. */
export interface RawRequest {
  readonly method: string;
  readonly target: string;
  readonly lines: readonly string[];
}

function parse(head: string): RawRequest {
  const [start = '', ...lines] = head.split('\r\n');
  const [method = '', target = ''] = start.split(' ');
  return { method, target, lines };
}

/** A service that reads bytes, not HTTP, and answers every head with an empty 200. */
export async function rawUpstream(t: TestContext): Promise<{ origin: string; taken: () => RawRequest[] }> {
  const sockets = new Set<Socket>();
  const heads: string[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    let text = '';
    socket.setEncoding('latin1').on('data', (part: string) => {
      const complete = (text + part).split('\r\n\r\n');
      text = complete.pop() ?? '';
      for (const head of complete) {
        heads.push(head);
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      }
    });
    socket.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, taken: () => heads.splice(0).map(parse) };
}

import type { Duplex } from 'node:stream';
import { passedOn } from './litter.ts';
import { switchingHeaders } from './response-headers.ts';

/** The head of the answer that opens a WebSocket. */
export function switchingHead(rawHeaders: unknown, requestId: string): string {
  const headers = switchingHeaders(rawHeaders, requestId);
  let head = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n';
  for (let i = 0; i < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`;
  return `${head}\r\n`;
}

/** The two ends of open WebSockets. */
export class Tunnels {
  readonly #open = new Set<Duplex>();

  get size(): number {
    return this.#open.size;
  }

  /**
   * Joins client and upstream after the upstream's 101: what ends or breaks on one side does so on the other.
   * What it returns ends both.
   */
  join(client: Duplex, upstream: Duplex, early: Buffer, head: string): () => void {
    this.#open.add(client);
    const close = () => {
      this.#open.delete(client);
      client.destroy();
      upstream.destroy();
    };
    for (const [side, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      side.on('error', close);
      side.on('close', close);
      // A WebSocket has no use for half a connection: once the last bytes are out, both halves go.
      side.on('end', () => other.end(close));
    }
    client.write(head, 'latin1');
    if (early.length > 0) upstream.write(early);
    client.pipe(upstream, { end: false });
    upstream.pipe(client, { end: false });
    client.on('data', passedOn);
    upstream.on('data', passedOn);
    return close;
  }

  closeAll(): void {
    for (const client of this.#open) client.destroy();
  }
}

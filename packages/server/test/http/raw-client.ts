import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** One answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  /** Flat, names as sent. */
  readonly headers: readonly string[];
  readonly body: string;
  /** Everything, as it came. */
  readonly bytes: string;
}

export function headerOf(answer: RawAnswer, name: string): string | undefined {
  const at = answer.headers.findIndex((text, i) => i % 2 === 0 && text.toLowerCase() === name.toLowerCase());
  return at === -1 ? undefined : answer.headers[at + 1];
}

/** A connection that sends exactly the bytes it is given. */
export class RawClient {
  readonly socket: Socket;
  #received = '';
  #ended = false;
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.#received += text;
      this.#wake();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
    socket.on('end', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  static async open(t: TestContext | undefined, port: number): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1');
    t?.after(() => socket.destroy());
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  send(bytes: string): void {
    this.socket.write(bytes, 'latin1');
  }

  /** What came and was not taken yet, once `enough` is content with it or the server has closed. */
  async until(enough: (text: string) => boolean): Promise<string> {
    while (!enough(this.#received) && !this.#ended) await this.#more();
    return this.#received;
  }

  /** Everything that comes until the server closes. */
  async rest(): Promise<string> {
    return this.until(() => false);
  }

  /** The next answer. `toHead`: it has no body whatever its headers say. */
  async answer(toHead = false): Promise<RawAnswer> {
    await this.until((text) => text.includes('\r\n\r\n'));
    const end = this.#received.indexOf('\r\n\r\n');
    if (end === -1) throw new Error(`The server closed after ${JSON.stringify(this.#received)}.`);
    const [statusLine = '', ...lines] = this.#received.slice(0, end).split('\r\n');
    const headers = lines.flatMap((line) => [
      line.slice(0, line.indexOf(':')),
      line.slice(line.indexOf(':') + 1).trim(),
    ]);
    const status = Number(statusLine.split(' ')[1]);
    const bodyless = toHead || status < 200 || status === 204 || status === 304;
    const { body, length } = bodyless ? { body: '', length: 0 } : await this.#body(end + 4, headers);
    const bytes = this.#received.slice(0, end + 4 + length);
    this.#received = this.#received.slice(end + 4 + length);
    return { status, headers, body, bytes };
  }

  async #body(start: number, headers: readonly string[]): Promise<{ body: string; length: number }> {
    const find = (name: string) => headers[headers.findIndex((text) => text.toLowerCase() === name) + 1];
    if (find('transfer-encoding') === 'chunked') return this.#chunks(start);
    const has = headers.some((text) => text.toLowerCase() === 'content-length');
    const length = has ? Number(find('content-length')) : Number.POSITIVE_INFINITY;
    await this.until((text) => text.length >= start + length);
    const body = this.#received.slice(start, start + length);
    return { body, length: body.length };
  }

  async #chunks(start: number): Promise<{ body: string; length: number }> {
    let body = '';
    let at = start;
    for (;;) {
      await this.until((text) => text.indexOf('\r\n', at) !== -1);
      const lineEnd = this.#received.indexOf('\r\n', at);
      if (lineEnd === -1) throw new Error('The answer was cut off.');
      const size = Number.parseInt(this.#received.slice(at, lineEnd), 16);
      at = lineEnd + 2;
      if (size === 0) {
        await this.until((text) => text.startsWith('\r\n', at) || text.includes('\r\n\r\n', at));
        const end = this.#received.startsWith('\r\n', at)
          ? at + 2
          : this.#received.indexOf('\r\n\r\n', at) + 4;
        return { body, length: end - start };
      }
      const from = at;
      await this.until((text) => text.length >= from + size + 2);
      body += this.#received.slice(from, from + size);
      at += size + 2;
    }
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** A request as bytes: HTTP/1.1 with a Host line, further header lines, and a body with its length. */
export function bytesOf(
  method: string,
  target: string,
  lines: readonly string[] = [],
  body?: string,
): string {
  const length = body === undefined ? [] : [`Content-Length: ${body.length}`];
  return `${[`${method} ${target} HTTP/1.1`, 'Host: service.test', ...lines, ...length].join('\r\n')}\r\n\r\n${body ?? ''}`;
}

/** Sends bytes on a connection of their own and returns the one answer. */
export async function ask(t: TestContext, port: number, bytes: string): Promise<RawAnswer> {
  const client = await RawClient.open(t, port);
  client.send(bytes);
  const answer = await client.answer(bytes.startsWith('HEAD '));
  client.socket.destroy();
  return answer;
}

export function bearer(value: string): string {
  return `Authorization: Bearer ${value}`;
}

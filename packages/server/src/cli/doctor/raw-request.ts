import { connect, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';

/** An answer as it came over the wire. Header names are in lower case, several lines of one name in their order. */
export interface Answer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: string;
}

/** Nothing that could be an answer came. */
export class NoAnswer extends Error {}

const MOST = 1_048_576;

function open(url: URL): Socket {
  const secure = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port || (secure ? 443 : 80));
  return secure
    ? connectSecurely({ host, port, servername: host, ALPNProtocols: ['http/1.1'] })
    : connect(port, host);
}

function readHead(head: string): Omit<Answer, 'body'> {
  const [statusLine = '', ...lines] = head.split('\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})\b/.exec(statusLine)?.[1];
  if (status === undefined) throw new NoAnswer('What answers there does not speak HTTP/1.1.');
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()]);
  }
  return { status: Number(status), headers };
}

function joinChunks(text: string): string {
  const [, size = '', rest = ''] = /^([0-9a-fA-F]+)[^\r\n]*\r\n([\s\S]*)$/.exec(text) ?? [];
  const length = Number.parseInt(size, 16);
  return length > 0 ? rest.slice(0, length) + joinChunks(rest.slice(length + 2)) : '';
}

function parse(received: string): Answer {
  const end = received.indexOf('\r\n\r\n');
  if (end === -1) throw new NoAnswer('The connection was closed without an answer.');
  const { status, headers } = readHead(received.slice(0, end));
  const rest = received.slice(end + 4);
  const chunked = headers.get('transfer-encoding')?.join() === 'chunked';
  return { status, headers, body: chunked ? joinChunks(rest) : rest };
}

/**
 * Sends exactly these bytes and reads the answer: its head alone, or all until the other side closes. Rejects with
 * NoAnswer when none comes within `timeout` milliseconds.
 */
export function exchange(url: URL, bytes: string, wants: 'head' | 'all', timeout: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = open(url);
    let received = '';
    const finish = (): void => {
      socket.destroy();
      try {
        resolve(parse(received));
      } catch (error) {
        reject(error);
      }
    };
    socket.setEncoding('latin1');
    socket.setTimeout(timeout, () =>
      socket.destroy(new NoAnswer(`No answer came within ${timeout / 1000} s.`)),
    );
    socket.on('error', (error) => {
      if (received.includes('\r\n\r\n')) finish();
      else reject(error instanceof NoAnswer ? error : new NoAnswer(error.message));
    });
    socket.on('data', (text: string) => {
      received += text;
      // Behind a 101 nobody closes.
      const isEnough = wants === 'head' || received.startsWith('HTTP/1.1 101 ');
      if ((isEnough && received.includes('\r\n\r\n')) || received.length > MOST) finish();
    });
    socket.on('end', finish);
    socket.write(bytes, 'latin1');
  });
}

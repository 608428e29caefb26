import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Answer } from '@hallpass/core/problem';
import type { Body } from './read.ts';
import { send } from './respond.ts';

/** How long, and for how many bytes, a client that was answered early may go on sending. */
const LINGER_MS = 1000;
const LINGER_BYTES = 16 * 1024 * 1024;

const lingering = new WeakMap<Duplex, () => void>();

/** Closes a connection that was answered already and is only read on from. False when it is not one. */
export function endLingering(socket: Duplex): boolean {
  const finish = lingering.get(socket);
  finish?.();
  return finish !== undefined;
}

/**
 * Answers and closes the connection, but reads on for a moment first: closing over unread bytes resets
 * the connection, and the client would lose the answer.
 */
export function sendAndClose(response: ServerResponse, answer: Answer): void {
  const request = response.req;
  response.writeHead(answer.status, [...answer.headers, 'Connection', 'close']);
  if (request.method === 'HEAD' || answer.body === '') response.flushHeaders();
  else response.write(answer.body);
  if (request.complete || request.destroyed) {
    response.end();
    return;
  }
  const { socket } = request;
  const finish = () => {
    clearTimeout(timer);
    lingering.delete(socket);
    response.end();
  };
  const timer = setTimeout(finish, LINGER_MS);
  lingering.set(socket, finish);
  let received = 0;
  request.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (received > LINGER_BYTES) finish();
  });
  request.once('end', finish);
  request.once('close', finish);
}

/** Answers and closes the connection at once: whoever reads the body of this request gets no more of it. */
export function sendLast(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, [...answer.headers, 'Connection', 'close']);
  response.end(answer.body);
}

/** Answers a request whose body was not read: a short one is read away, after a long one the connection closes. */
export function sendEarly(response: ServerResponse, answer: Answer, body: Body): void {
  if (body === 'long') sendAndClose(response, answer);
  else send(response, answer);
}

/** Answers on a connection that has no response to write to any more, and closes it. */
export function sendRaw(socket: Duplex, answer: Answer): void {
  let head = `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status]}\r\n`;
  for (let i = 0; i < answer.headers.length; i += 2)
    head += `${answer.headers[i]}: ${answer.headers[i + 1]}\r\n`;
  socket.end(`${head}Connection: close\r\n\r\n${answer.body}`);
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
}

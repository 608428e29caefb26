import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Answer } from '@hallpass/core/problem';
import { letGo } from './pipelining.ts';
import type { Body } from './read.ts';
import { send } from './respond.ts';

/** How long, and for how many bytes, a client that was answered early may go on sending. */
const LINGER_MS = 1000;
const LINGER_BYTES = 16 * 1024 * 1024;

/** Connections whose last answer is written or waits for those before it, and how to close them. */
const lingering = new WeakMap<Duplex, () => void>();

/** Whether the last answer of this connection is settled: whatever comes behind its request gets none. */
export function isLingering(socket: Duplex): boolean {
  return lingering.has(socket);
}

/** Closes a connection that was answered already and is only read on from. False when it is not one. */
export function endLingering(socket: Duplex): boolean {
  const finish = lingering.get(socket);
  finish?.();
  return finish !== undefined;
}

/**
 * Answers and closes the connection, but reads on for a moment first: closing over unread bytes resets
 * the connection, and the client would lose this answer and those before it.
 */
export function sendAndClose(response: ServerResponse, answer: Answer): void {
  const request = response.req;
  response.writeHead(answer.status, [...answer.headers, 'Connection', 'close']);
  if (request.method === 'HEAD' || answer.body === '') response.flushHeaders();
  else response.write(answer.body);
  lingering.set(request.socket, () => {});
  // An answer gets its socket when those before it are out, and is written to it in the same step.
  if (response.socket) linger(request);
  else response.once('socket', () => queueMicrotask(() => linger(request)));
}

function linger(request: IncomingMessage): void {
  const { socket } = request;
  const most = socket.bytesRead + LINGER_BYTES;
  const timer = setTimeout(() => socket.destroySoon(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
  lingering.set(socket, () => socket.destroySoon());
  const count = () => {
    if (socket.bytesRead > most) socket.destroySoon();
  };
  if (request.complete || request.destroyed) endAndRead(socket, count);
  else request.on('data', count).once('end', () => endAndRead(socket, count));
}

/** Says that nothing more comes, and reads on past the parser: what comes now is not looked at. */
function endAndRead(socket: Socket, count: () => void): void {
  socket.removeAllListeners('data');
  socket.on('data', count);
  letGo(socket);
  socket.end();
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

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { accessOf } from '@hallpass/core/access';

const LAST = Symbol('last answer');
const BEHIND = Symbol('how many came while others awaited their answers, and await theirs');
const WAITING = Symbol('how many of them are not begun');

/** So many requests of one connection are worked on at a time, and while so many wait it is read no further. */
const MOST_BEHIND = 16;

/** A connection and what was asked on it. In a WeakMap every request would be one more thing to collect. */
export interface Connection extends Duplex {
  [LAST]?: ServerResponse;
  [BEHIND]?: number;
  [WAITING]?: number;
}

function isAwaited(response: ServerResponse): boolean {
  return !response.writableFinished && !response.destroyed;
}

function reads({ method }: IncomingMessage): boolean {
  return accessOf(method ?? '') === 'read';
}

/** The last answer this connection awaits or got. */
export function lastAnswer(socket: Connection): ServerResponse | undefined {
  return socket[LAST];
}

/** Whether the last answer, if its head is not out yet, says that the connection goes on behind it. */
export function keepAliveBehind(socket: Connection, goesOn: boolean): void {
  const response = socket[LAST];
  if (response && !response.headersSent) response.shouldKeepAlive = goesOn;
}

export function awaitsAnswer(socket: Connection): boolean {
  const response = socket[LAST];
  return response !== undefined && isAwaited(response);
}

/** Runs `step` once everything that was asked before on this connection is answered. */
export function behindAnswers(socket: Connection, step: () => void): void {
  if (awaitsAnswer(socket)) socket[LAST]?.once('close', step);
  else step();
}

/**
 * Runs `step` whenever an answer can take more. While a connection takes no more, Node says `drain` of its first answer
 * as soon as one behind it is written to, and then not again when it is so.
 */
export function onDrain(response: ServerResponse, step: () => void): void {
  response.on('drain', () => {
    const { socket } = response;
    if (socket?.writableNeedDrain) socket.once('drain', step);
    else step();
  });
}

/**
 * Takes note of a request, and gives the answer that has to be there before it is begun, if any: on one connection
 * nothing overtakes what may change something, nor is overtaken by it (RFC 9112 §9.3.2). What is `single` is begun one
 * by one even if all of it reads.
 */
export function turnOf(
  request: IncomingMessage,
  response: ServerResponse,
  isSingle: (request: IncomingMessage) => boolean,
): ServerResponse | undefined {
  const socket: Connection = request.socket;
  const before = socket[LAST];
  socket[LAST] = response;
  if (!before || !isAwaited(before)) return undefined;
  const behind = countBehind(socket, response);
  // What waits may wait for a change, which those behind it wait for too.
  const together = !socket[WAITING] && reads(before.req) && reads(request) && !isSingle(request);
  return together && behind <= MOST_BEHIND ? undefined : before;
}

/** Begins a request once the answer that `turnOf` gave is there; not at all if the connection has ended by then. */
export function onTurn(socket: Connection, before: ServerResponse, begin: () => void): void {
  socket[WAITING] = (socket[WAITING] ?? 0) + 1;
  before.once('close', () => {
    socket[WAITING] = (socket[WAITING] ?? 1) - 1;
    if (socket.writable) begin();
  });
}

function countBehind(socket: Connection, response: ServerResponse): number {
  // Whoever takes a body resumes the socket, whatever waits on it.
  if (socket[BEHIND] === undefined) socket.on('resume', () => hold(socket));
  const behind = (socket[BEHIND] ?? 0) + 1;
  socket[BEHIND] = behind;
  hold(socket);
  response.once('close', () => {
    socket[BEHIND] = (socket[BEHIND] ?? 1) - 1;
    if (socket[BEHIND] < MOST_BEHIND) socket.resume();
  });
  return behind;
}

/** From now on the connection is read however many requests wait on it. */
export function letGo(socket: Connection): void {
  socket[BEHIND] = Number.NEGATIVE_INFINITY;
  socket.resume();
}

function hold(socket: Connection): void {
  if ((socket[BEHIND] ?? 0) >= MOST_BEHIND) socket.pause();
}

import type { Socket } from 'node:net';
import { errors } from 'undici';

function isReset(error: Error | undefined): boolean {
  return error !== undefined && 'code' in error && error.code === 'ECONNRESET';
}

/** Whether the other side of a connection that has ended is gone. Over TLS an end is one whatever came behind it. */
function isGone(socket: Socket): boolean {
  return !('encrypted' in socket) && socket.localAddress !== undefined && socket.remoteAddress === undefined;
}

/** Has the system say once more how the connection ended, for which Node has no public way. False: it cannot. */
function askAgain(socket: Socket): boolean {
  const { _handle: handle } = socket as Socket & { readonly _handle?: { readStart?(): number } };
  return handle?.readStart?.() === 0;
}

/**
 * Tells undici how a connection to an upstream ends in a way that it can bear. Its reader throws where nobody can catch
 * it when a connection ends while an answer waits for a slow client, or takes a whole answer for a broken one: so the
 * end is kept back until everything that came before is read. And it takes a reset for the end of an answer that has no
 * length: so a reset is told as a connection that was lost. Whoever takes an answer must not pause at an empty chunk.
 */
export function tellEndInTime(socket: Socket): void {
  const { push, read, destroy } = socket;
  let unread = false;
  let asked = false;
  let keptBack: (() => void) | undefined;

  const end = (tell: () => void) => {
    // Who is flowing, as a WebSocket is, gets what comes with no call of `read`.
    if (unread && !socket.readableFlowing) keptBack = tell;
    else tell();
  };
  const lose = (cause?: Error) =>
    destroy.call(
      socket,
      Object.assign(new errors.SocketError('The upstream reset the connection.'), { cause }),
    );

  socket.push = (chunk: unknown, encoding) => {
    if (chunk !== null) {
      unread = true;
      return push.call(socket, chunk, encoding);
    }
    // A reset may be told as an end at first. When it is asked again, only an end is.
    const doubtful = !asked && isGone(socket);
    asked = true;
    if (!doubtful) end(() => push.call(socket, null));
    else if (!askAgain(socket)) end(lose);
    return false;
  };

  socket.read = (size) => {
    const chunk: unknown = read.call(socket, size);
    if (chunk !== null || size === 0) return chunk;
    unread = false;
    // Whoever reads this has still to take in what it read before.
    if (keptBack) process.nextTick(keptBack);
    keptBack = undefined;
    return chunk;
  };

  socket.destroy = (error) => {
    if (isReset(error)) end(() => lose(error));
    else destroy.call(socket, error);
    return socket;
  };
}

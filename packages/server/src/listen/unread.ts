import type { Socket } from 'node:net';

const LONGEST_MS = 600_000;

interface Stand {
  /** How much of what was written the system has taken. */
  readonly taken: number;
  /** When that was seen first. */
  readonly since: number;
}

/**
 * Cuts clients that leave unread for so long what is sent to them, whatever they send meanwhile. It is a long time, because
 * the system keeps some megabytes for each and tells of no progress until a good part of them is read. Whoever has
 * nothing to read may be as idle as it likes.
 */
export class Unread {
  readonly #stands = new WeakMap<Socket, Stand>();

  /** To be called on all connections, more often than the time they are given; `now` is in milliseconds. */
  look(sockets: Iterable<Socket>, now: number): void {
    for (const socket of sockets) {
      if (socket.writableLength === 0) {
        this.#stands.delete(socket);
        continue;
      }
      const taken = socket.bytesWritten - socket.writableLength;
      const stand = this.#stands.get(socket);
      if (stand?.taken !== taken) this.#stands.set(socket, { taken, since: now });
      else if (now - stand.since >= LONGEST_MS) socket.destroy();
    }
  }
}

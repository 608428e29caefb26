import type { Socket } from 'node:net';

/** How often it is to be looked, in milliseconds. */
export const LOOK_MS = 60_000;
const MOST_LOOKS = 10;

interface Stand {
  /** How much of what was written the system has taken, and in how many looks it was no more. */
  readonly taken: number;
  looks: number;
}

/**
 * Cuts clients that for ten minutes leave unread what is sent to them, whatever they send meanwhile. It is a long time,
 * because the system keeps some megabytes for each and tells of no progress until a good part of them is read. Whoever
 * has nothing to read may be as idle as it likes.
 */
export class Unread {
  readonly #stands = new WeakMap<Socket, Stand>();

  /** To be called on all connections, every LOOK_MS. */
  look(sockets: Iterable<Socket>): void {
    for (const socket of sockets) {
      if (socket.writableLength === 0) {
        this.#stands.delete(socket);
        continue;
      }
      const taken = socket.bytesWritten - socket.writableLength;
      const stand = this.#stands.get(socket);
      if (stand?.taken !== taken) this.#stands.set(socket, { taken, looks: 0 });
      else if (++stand.looks >= MOST_LOOKS) socket.destroy();
    }
  }
}

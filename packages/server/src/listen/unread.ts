import type { Socket } from 'node:net';

const LONGEST_MS = 600_000;

/**
 * Gives clients that leave unread what is sent to them so long to read on. It is a long time, because the system keeps some
 * megabytes for each and tells of no progress until a good part of them is read. Whoever has nothing to read may be as
 * idle as before.
 */
export class Unread {
  readonly #ms: number;
  readonly #cuts = new WeakMap<Socket, () => void>();

  constructor(ms = LONGEST_MS) {
    this.#ms = ms;
  }

  /** To be called on all connections, more often than the time they are given. */
  look(sockets: Iterable<Socket>): void {
    for (const socket of sockets) {
      if (socket.writableLength === 0) this.#takeBack(socket);
      // Who has a time limit already is cut by it.
      else if (!socket.timeout) this.#give(socket);
    }
  }

  #give(socket: Socket): void {
    if (!this.#cuts.has(socket)) {
      const cut = () => socket.destroy();
      this.#cuts.set(socket, cut);
      socket.on('timeout', cut);
    }
    socket.setTimeout(this.#ms);
  }

  #takeBack(socket: Socket): void {
    const cut = this.#cuts.get(socket);
    if (!cut) return;
    this.#cuts.delete(socket);
    socket.off('timeout', cut);
    // Where it is another, somebody else has set it since.
    if (socket.timeout === this.#ms) socket.setTimeout(0);
  }
}

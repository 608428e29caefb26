import type { Socket } from 'node:net';

/** So much is kept; what else the client has sent stays in the network until somebody reads it. */
const MOST = 65_536;

/**
 * Reads on while the upstream has not switched yet: only so is it seen that the client leaves. What it sends early
 * is kept for the upstream.
 */
export class Early {
  readonly #socket: Socket;
  readonly #chunks: Buffer[];
  #length: number;

  constructor(socket: Socket, head: Buffer) {
    this.#socket = socket;
    this.#chunks = [head];
    this.#length = head.length;
  }

  gather(): void {
    this.#socket.on('data', this.#keep).on('end', this.#leave);
  }

  /** What came. From here on it is the caller who reads. */
  take(): Buffer {
    this.#socket.off('data', this.#keep).off('end', this.#leave);
    return Buffer.concat(this.#chunks);
  }

  readonly #keep = (chunk: Buffer): void => {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length >= MOST) this.#socket.pause();
  };

  /** A WebSocket has no use for half a connection. */
  readonly #leave = (): void => void this.#socket.destroy();
}

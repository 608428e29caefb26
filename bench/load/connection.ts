import { connect, type Socket } from 'node:net';
import { readHead } from './answer.ts';
import type { Expected } from './plan.ts';

export interface Listener {
  /** Called when the connection may take a request: at first, and after each answer. */
  idle(connection: Connection): void;
  /** A good answer to a request that was due at `due`. */
  answered(due: number): void;
  /** What went wrong. The connection is used no more. */
  failed(fault: string): void;
}

/** One keep-alive connection with at most one request under way. */
export class Connection {
  readonly #socket: Socket;
  readonly #expected: Expected;
  readonly #listener: Listener;
  #rest: Buffer | undefined;
  #due = Number.NaN;
  #over = false;

  constructor(port: number, expected: Expected, listener: Listener) {
    this.#expected = expected;
    this.#listener = listener;
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.once('connect', () => listener.idle(this));
    this.#socket.on('data', (bytes) => this.#take(bytes));
    this.#socket.on('error', (error: NodeJS.ErrnoException) => this.#fail(error.code ?? error.name));
    this.#socket.on('close', () => this.#fail('closed'));
  }

  /** Sends a request that was due at `due`, in the milliseconds of `performance.now`. */
  send(request: string, due: number): void {
    this.#due = due;
    this.#socket.write(request, 'latin1');
  }

  /** Whatever comes now is no fault. */
  end(): void {
    this.#over = true;
    this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    if (this.#over) return;
    const all = this.#rest ? Buffer.concat([this.#rest, bytes]) : bytes;
    try {
      this.#rest = this.#read(all) ? undefined : all;
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  /** False while the answer is not whole. */
  #read(bytes: Buffer): boolean {
    const head = readHead(bytes);
    if (head === undefined || bytes.length < head.end) return false;
    const length = head.end - head.body;
    const { status, least, most } = this.#expected;
    if (head.status !== status) throw new Error(`status ${head.status}`);
    if (length < least || length > most) throw new Error(`a body of ${length} bytes`);
    if (bytes.length > head.end) throw new Error('bytes behind the answer');
    this.#listener.answered(this.#due);
    this.#listener.idle(this);
    return true;
  }

  #fail(fault: string): void {
    if (this.#over) return;
    this.end();
    this.#listener.failed(fault);
  }
}

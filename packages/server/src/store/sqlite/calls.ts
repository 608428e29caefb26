import type { Worker } from 'node:worker_threads';
import { StoreError } from '../store.ts';
import type { LoadPart, SqliteEngine } from './engine.ts';
import { type Method, OPENING, type Reply } from './messages.ts';

type Args<M extends Method> =
  Parameters<SqliteEngine[M]> extends [infer Taken, (part: LoadPart) => void]
    ? [Taken]
    : Parameters<SqliteEngine[M]>;
type Value<M extends Method> = Awaited<ReturnType<SqliteEngine[M]>>;

interface Pending {
  readonly id: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: StoreError) => void;
  readonly onPart: (part: LoadPart) => void;
}

/** The engine's methods, called in its own thread, in the order of the calls. */
export class Calls {
  /** Resolves when the thread has ended. */
  readonly ended: Promise<void>;
  readonly #worker: Worker;
  /** In the order of the calls, which is that of the replies. */
  readonly #pending: Pending[] = [];
  #next = OPENING;
  #end: StoreError | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    this.ended = new Promise((resolve) => {
      worker.on('exit', () => {
        this.#stop(undefined);
        resolve();
      });
    });
    worker.on('message', (reply: Reply) => this.#take(reply));
    worker.on('error', (error) => this.#stop(error));
    worker.on('messageerror', (error) => this.#stop(error));
  }

  /** Resolves when the database is open; rejects with the StoreError that says why not. To be called once, first. */
  async opened(): Promise<void> {
    await this.#expect(() => {});
  }

  async call<M extends Method>(
    method: M,
    args: Args<M>,
    onPart: (part: LoadPart) => void = () => {},
  ): Promise<Value<M>> {
    if (this.#end) throw this.#end;
    this.#worker.postMessage({ id: this.#next, method, args });
    return (await this.#expect(onPart)) as Value<M>;
  }

  #expect(onPart: (part: LoadPart) => void): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ id: this.#next++, resolve, reject, onPart });
    });
  }

  #take({ id, result }: Reply): void {
    const [pending] = this.#pending;
    if (pending?.id !== id) return;
    if (result.kind === 'part') {
      pending.onPart(result.part);
      return;
    }
    this.#pending.shift();
    if (result.kind === 'value') pending.resolve(result.value);
    else pending.reject(new StoreError(result.fault, result.message));
  }

  #stop(cause: unknown): void {
    this.#end ??= new StoreError('unavailable', 'The database thread has ended. Restart the server.', cause);
    for (const { reject } of this.#pending.splice(0)) reject(this.#end);
  }
}

import type { Envelope, Problem } from '@hallpass/core/wire';
import { ProblemError, UnreachableError } from './problem-error.ts';

export interface TransportOptions {
  /** Where the server is, for example `http://127.0.0.1:4255`. */
  readonly url: string;
  /** An operator key, `hpo_…`. */
  readonly key: string;
  /** Milliseconds until a call is given up; 10,000 unless said otherwise. */
  readonly timeout?: number;
  readonly fetch?: typeof fetch;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

const TIMEOUT = 10_000;

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'detail' in body && 'status' in body;
}

/** One call of the management API, as a request. */
export class Transport {
  readonly #base: string;
  readonly #key: string;
  readonly #timeout: number;
  readonly #fetch: typeof fetch;

  constructor(options: TransportOptions) {
    this.#base = options.url.replace(/\/+$/, '');
    this.#key = options.key;
    this.#timeout = options.timeout ?? TIMEOUT;
    this.#fetch = options.fetch ?? fetch;
  }

  /** Throws `ProblemError` when the server refuses and `UnreachableError` when no server answers. */
  async call<Item>(call: Call): Promise<Envelope<Item>> {
    const response = await this.#send(call);
    const body = await this.#read(response);
    if (response.ok) return body as Envelope<Item>;
    if (isProblem(body)) throw new ProblemError(body);
    throw new UnreachableError(
      `${this.#base} answered ${response.status}, and not as a Hallpass server does. Check the address.`,
    );
  }

  async #send({ method, path, query = {}, body, headers }: Call): Promise<Response> {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) search.set(name, String(value));
    try {
      return await this.#fetch(`${this.#base}${path}${search.size > 0 ? `?${search}` : ''}`, {
        method,
        headers: {
          Authorization: `Bearer ${this.#key}`,
          ...(body ? { 'Content-Type': 'application/json' } : {}),
          ...headers,
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
        redirect: 'error',
        signal: AbortSignal.timeout(this.#timeout),
      });
    } catch (cause) {
      throw new UnreachableError(`No answer from ${this.#base}. Is the server running there?`, { cause });
    }
  }

  async #read(response: Response): Promise<unknown> {
    let text: string;
    try {
      text = await response.text();
    } catch (cause) {
      throw new UnreachableError(`The answer from ${this.#base} broke off. Try again.`, { cause });
    }
    try {
      return JSON.parse(text);
    } catch (cause) {
      const message = `${this.#base} answered ${response.status}, but not in JSON. Is that a Hallpass server?`;
      throw new UnreachableError(message, { cause });
    }
  }
}

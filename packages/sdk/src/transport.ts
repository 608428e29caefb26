import type { Envelope } from '@hallpass/core/wire';
import { ProblemError, UnreachableError } from './problem-error.ts';
import { fits, isProblem, type Shape } from './shapes.ts';

export interface TransportOptions {
  /**
   * Where the server is, for example `http://127.0.0.1:4255`. A path is the prefix that the server was given:
   * `https://example.com/-/hallpass`; without one it is `/_`.
   */
  readonly url: string;
  /** What calls carry as their bearer, where they do not say otherwise: an operator key, `hpo_…`. */
  readonly key?: string;
  /** Milliseconds until a call is given up; 10,000 unless said otherwise. */
  readonly timeout?: number;
  readonly fetch?: typeof fetch;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the server's prefix, such as `/token`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A whole answer. `body` is undefined when there was none. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

const TIMEOUT = 10_000;

function isEnvelope<Item>(body: unknown, shape: Shape<Item>): body is Envelope<Item> {
  return (
    typeof body === 'object' &&
    body !== null &&
    'data' in body &&
    Array.isArray(body.data) &&
    body.data.every((item) => fits(shape, item))
  );
}

/** What is behind a failed fetch: what the system calls it, or fetch itself, which asks nothing of some ports. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (typeof cause === 'object' && cause !== null && 'code' in cause) return String(cause.code);
  if (cause instanceof Error) return cause.message;
  return error instanceof Error ? error.name : '';
}

/** One call of the management API, as a request. */
export class Transport {
  /** The address as it was given, for messages. */
  readonly #base: string;
  /** What every path is put behind. */
  readonly #root: string;
  readonly #key: string | undefined;
  readonly #timeout: number;
  readonly #fetch: typeof fetch;

  constructor(options: TransportOptions) {
    this.#base = options.url.replace(/\/+$/, '');
    this.#root = /^[^:]+:\/\/[^/]*$/.test(this.#base) ? `${this.#base}/_` : this.#base;
    this.#key = options.key;
    this.#timeout = options.timeout ?? TIMEOUT;
    this.#fetch = options.fetch ?? fetch;
  }

  /** Throws `ProblemError` when the server refuses and `UnreachableError` when no server of this version answers. */
  async call<Item>(call: Call, shape: Shape<Item>): Promise<Envelope<Item>> {
    const { status, body } = await this.request(call);
    if (status < 400 && isEnvelope(body, shape)) return body;
    throw this.refusal(status, body);
  }

  /** The answer, whatever it says. Throws `UnreachableError` when none comes, or none that can be read. */
  async request(call: Call): Promise<Reply> {
    const patience = new AbortController();
    // A timer of its own keeps the process until there is an answer; that of AbortSignal.timeout does not, and a
    // connection that was closed before it was used is nothing to stay for.
    const timer = setTimeout(
      () => patience.abort(new DOMException('No answer came.', 'TimeoutError')),
      this.#timeout,
    );
    try {
      const response = await this.#send(call, patience.signal);
      const { status, headers } = response;
      return { status, headers, body: await this.#read(response) };
    } finally {
      clearTimeout(timer);
    }
  }

  /** What to throw for an answer that is not the one hoped for. */
  refusal(status: number, body: unknown): ProblemError | UnreachableError {
    if (isProblem(body)) return new ProblemError(body);
    return new UnreachableError(
      `${this.#base} answered ${status}, but not as this version expects of a Hallpass server. Check the address and the server's version.`,
    );
  }

  async #send({ method, path, query = {}, body, headers }: Call, signal: AbortSignal): Promise<Response> {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) search.set(name, String(value));
    try {
      return await this.#fetch(`${this.#root}${path}${search.size > 0 ? `?${search}` : ''}`, {
        method,
        headers: {
          ...(this.#key === undefined ? {} : { Authorization: `Bearer ${this.#key}` }),
          ...(body ? { 'Content-Type': 'application/json' } : {}),
          ...headers,
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
        redirect: 'manual',
        signal,
      });
    } catch (cause) {
      throw this.#unreachable(cause);
    }
  }

  async #read(response: Response): Promise<unknown> {
    if (response.status >= 300 && response.status < 400)
      throw new UnreachableError(
        `${this.#base} answered with a redirect (${response.status}), which is not followed. Give the address it leads to.`,
      );
    let text: string;
    try {
      text = await response.text();
    } catch (cause) {
      throw this.#unreachable(cause);
    }
    if (text === '') return undefined;
    try {
      return JSON.parse(text);
    } catch (cause) {
      const hint =
        response.status >= 500
          ? 'A proxy seems to stand before a server that is down.'
          : 'Is that the address of a Hallpass server?';
      throw new UnreachableError(`${this.#base} answered ${response.status}, but not in JSON. ${hint}`, {
        cause,
      });
    }
  }

  #unreachable(cause: unknown): UnreachableError {
    const code = codeOf(cause);
    const base = this.#base;
    const say = (text: string) => new UnreachableError(text, { cause });
    if (code === 'TimeoutError')
      return say(`${base} did not answer within ${this.#timeout} ms. Try again, or allow more time.`);
    if (code === 'ECONNREFUSED') return say(`Nothing listens at ${base}. Is the server running there?`);
    if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
      return say(`The host of ${base} cannot be found. Check the address.`);
    if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code))
      return say(
        `The certificate of ${base} is not trusted (${code}). Name its authority in NODE_EXTRA_CA_CERTS.`,
      );
    return say(`No answer from ${base} (${code || 'broken off'}). Is that the address of a Hallpass server?`);
  }
}

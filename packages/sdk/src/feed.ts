import type { Secret } from '@hallpass/core/secret';
import { FEED_VERSION } from '@hallpass/core/wire-feed';
import { FeedError } from './feed-error.ts';
import { type Incoming, patiently } from './patience.ts';
import type { Surroundings } from './surroundings.ts';

/** Milliseconds until a short call is given up. */
const CALL_TIMEOUT = 10_000;

/** Where a stream is to begin. `kept`: who starts in this process's place knows all up to there, or nothing. */
export interface From {
  readonly place: string;
  readonly kept: boolean;
}

export interface FeedOptions {
  readonly url: string;
  /** Read anew for every attempt. Rejects with a FeedError. */
  readonly key: () => Promise<Secret>;
  /** What this replica calls itself. */
  readonly name: string;
  readonly surroundings: Surroundings;
}

const REFUSED: Readonly<Record<number, string>> = {
  401: 'does not know this key, or it has ended. Use the key of a verifier that is active',
  403: 'knows this key, but its role may not follow. Use the key of a verifier',
  404: 'has no feed at this address. Check the address and the version of the server',
  406: 'speaks another version of the feed. Use an SDK and a server of versions that belong together',
};

/** Seconds in digits, or a date, as milliseconds from now; nothing else is believed. */
function retryAfter(headers: Headers, wall: number): number {
  const text = headers.get('retry-after') ?? '';
  const ms = /^\d{1,6}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - wall;
  return ms > 0 ? ms : 0;
}

function codeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : undefined;
  if (typeof cause === 'object' && cause !== null && 'code' in cause) return String(cause.code);
  return error instanceof Error ? error.name : 'no answer';
}

/** The bytes of a body. Throws once the signal is aborted, whether or not the body itself does. */
async function* bytesOf(
  body: NonNullable<Response['body']>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = body.getReader();
  const stop = () => void reader.cancel().catch(() => {});
  signal.addEventListener('abort', stop);
  try {
    signal.throwIfAborted();
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

/** The calls of docs/replica.md, over HTTP. */
export class Feed {
  readonly #options: FeedOptions;
  readonly #root: string;
  readonly #calls = new Set<AbortController>();
  #closed = false;

  constructor(options: FeedOptions) {
    this.#options = options;
    const base = options.url.replace(/\/+$/, '');
    this.#root = /^[^:]+:\/\/[^/]*$/.test(base) ? `${base}/_` : base;
  }

  /** Rejects with a FeedError, and so does reading on when nothing comes any more. */
  snapshot(signal: AbortSignal): Promise<Incoming> {
    const { url, surroundings } = this.#options;
    return patiently(
      (either) => this.#open('/feed/snapshot', 'application/vnd.hallpass.snapshot', {}, either),
      { url, signal, later: surroundings.later },
    );
  }

  /** What follows a place; `poll`: as an answer that ends, at the latest after so many milliseconds. Rejects with a FeedError. */
  stream({ place, kept }: From, poll: number | undefined, signal: AbortSignal): Promise<Incoming> {
    const path = poll === undefined ? '/feed' : `/feed?poll=${poll}`;
    const headers = { 'Last-Event-ID': place, ...(kept ? {} : { 'Hallpass-Kept': 'no' }) };
    return this.#open(path, 'text/event-stream', headers, signal);
  }

  /** The status of the answer. Rejects when there is none. */
  async post(path: '/feed/applied' | '/usage', body: object): Promise<number> {
    if (this.#closed) throw new Error('The guard is closed.');
    const controller = new AbortController();
    const cancel = this.#options.surroundings.later(CALL_TIMEOUT, () => controller.abort());
    this.#calls.add(controller);
    try {
      const response = await this.#send(path, controller.signal, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
      await response.arrayBuffer();
      return response.status;
    } finally {
      cancel();
      this.#calls.delete(controller);
    }
  }

  /** Ends the calls that are under way, and makes no more: the process is not to wait for their answers. */
  close(): void {
    this.#closed = true;
    for (const call of this.#calls) call.abort();
  }

  async #open(
    path: string,
    type: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Incoming> {
    const { name, surroundings } = this.#options;
    let asked = surroundings.now();
    const own = {
      Accept: type,
      // What is compressed on its way is often held back as well.
      'Accept-Encoding': 'identity',
      'Hallpass-Feed': String(FEED_VERSION),
      'Hallpass-Replica': name,
    };
    const init = { headers: { ...own, ...headers } };
    const response = await this.#send(path, signal, init, () => {
      asked = surroundings.now();
    });
    if (response.status === 200 && response.body && response.headers.get('content-type')?.startsWith(type))
      return { asked, bytes: bytesOf(response.body, signal) };
    await response.body?.cancel();
    throw this.#refusal(response);
  }

  async #send(
    path: string,
    signal: AbortSignal,
    init: { method?: string; headers: Record<string, string>; body?: string },
    sending: () => void = () => {},
  ): Promise<Response> {
    const key = await this.#options.key();
    const headers = { ...init.headers, Authorization: `Bearer ${key.reveal()}` };
    sending();
    try {
      const { fetch } = this.#options.surroundings;
      return await fetch(this.#root + path, {
        ...init,
        headers,
        signal,
        redirect: 'manual',
      });
    } catch (cause) {
      if (cause instanceof FeedError) throw cause;
      const text = `${this.#options.url} does not answer (${codeOf(cause)}). Is a Hallpass server running there?`;
      throw new FeedError('unreachable', text, { cause });
    }
  }

  #refusal({ status, headers }: Response): FeedError {
    const { url, surroundings } = this.#options;
    const known = REFUSED[status];
    if (known !== undefined) return new FeedError('refused', `${url} ${known}.`);
    if (status < 400) {
      const text = `${url} answered ${status}, but not as a Hallpass server does. Check the address.`;
      return new FeedError('refused', text);
    }
    const after = retryAfter(headers, surroundings.now().wall);
    return new FeedError('unreachable', `${url} answered ${status}. It is asked again.`, { after });
  }
}

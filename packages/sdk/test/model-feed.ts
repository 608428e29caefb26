import { type Change, chain, FIRST_CHAIN, type Head, type TokenState } from '@hallpass/core/change';
import { digestOf } from '@hallpass/core/digest';
import type { TokenId } from '@hallpass/core/id';
import { packTokens } from '@hallpass/core/packed';
import { parsePosition, sameChain } from '@hallpass/core/replica-position';
import { SnapshotEncoder } from '@hallpass/core/replica-snapshot';
import { mint } from '@hallpass/core/token';
import { encodeChange, encodeFrame, type Frame, type Reset } from '@hallpass/core/wire-feed';
import type { World } from './world.ts';

export const KEY = 'hpo_1111111111111111111111111111114SunM0';

/** Token values, a handful, always the same. */
export const VALUES: readonly string[] = [1, 2, 3, 4, 5, 6].map((seed) =>
  mint('hp_', (size) => Uint8Array.from({ length: size }, (_, i) => (i * 7 + seed) % 248)).reveal(),
);

export function secretOf(n: number): string {
  return VALUES[n] as string;
}

export function tokenOf(n: number, terms: Partial<TokenState> = {}): TokenState {
  return {
    id: `tok_0000000000000000000000000${n}` as TokenId,
    name: `token ${n}`,
    digest: digestOf(secretOf(n)),
    expiresAt: null,
    active: true,
    write: true,
    ...terms,
  };
}

export interface Seen {
  readonly path: string;
  readonly headers: Headers;
  readonly body: unknown;
}

interface Open {
  readonly send: (bytes: Uint8Array) => void;
  readonly end: () => void;
  readonly ended: () => boolean;
}

/** A server of the feed in few words, reached by its `fetch`. */
export class ModelFeed {
  readonly rows: { readonly change: Change; readonly chain: Uint8Array }[] = [];
  readonly seen: Seen[] = [];
  epoch = 'e0';
  kept = 0;
  /** Answers in place of the server, while it is set. */
  instead: ((path: string) => Response | Promise<Response>) | undefined;
  /** Says nothing on a stream, only in answers that end. */
  heldBack = false;
  answerToReports = 200;
  world: World | undefined;
  #open = new Set<Open>();

  get time(): number {
    return this.world?.wall ?? 0;
  }

  get head(): Head {
    return { epoch: this.epoch, revision: this.rows.length, chain: this.chainAt(this.rows.length) };
  }

  get streams(): number {
    return [...this.#open].filter((open) => !open.ended()).length;
  }

  seenAt(path: string): Seen[] {
    return this.seen.filter((request) => request.path.startsWith(path));
  }

  chainAt(revision: number): Uint8Array {
    return this.rows[revision - 1]?.chain ?? FIRST_CHAIN;
  }

  tokens(): TokenState[] {
    const table = new Map<string, TokenState>();
    for (const { change } of this.rows) {
      if (change.kind === 'token') table.set(change.token.digest, change.token);
      if (change.kind === 'token_removed') table.delete(change.token.digest);
    }
    return [...table.values()];
  }

  put(token: TokenState): void {
    this.#commit({ ...this.#place(), kind: 'token', token });
  }

  remove(n: number): void {
    this.#commit({ ...this.#place(), kind: 'token_removed', token: tokenOf(n) });
  }

  heartbeat(): void {
    this.broadcast({ kind: 'heartbeat', position: this.head, time: this.time, head: this.rows.length });
  }

  broadcast(frame: Frame): void {
    for (const { send } of this.#open) send(encodeFrame(frame));
  }

  cut(): void {
    for (const { end } of this.#open) end();
    this.#open.clear();
  }

  /** Another history: what there was is kept up to a revision. */
  restore(revision: number): void {
    this.rows.length = revision;
    this.epoch = `${this.epoch}r`;
    this.cut();
  }

  readonly fetch: typeof fetch = async (input, init) => {
    init?.signal?.throwIfAborted();
    const path = String(input).replace(/^https?:\/\/[^/]+/, '');
    const body: unknown = typeof init?.body === 'string' ? JSON.parse(init.body) : undefined;
    this.seen.push({ path, headers: new Headers(init?.headers), body });
    if (this.instead) return this.instead(path);
    if (path === '/_/feed/snapshot') return this.#snapshot();
    if (path === '/_/usage') return new Response('{}', { status: this.answerToReports });
    if (path === '/_/feed/applied') return new Response('{"data":[{"noted":true}]}');
    return this.#follow(path, new Headers(init?.headers), init?.signal ?? undefined);
  };

  #place(): { revision: number; at: number } {
    return { revision: this.rows.length + 1, at: this.time };
  }

  #commit(change: Change): void {
    const closing = chain(this.chainAt(this.rows.length), change);
    this.rows.push({ change, chain: closing });
    for (const { send } of this.#open) send(encodeChange(this.epoch, change, closing));
  }

  #snapshot(): Response {
    const encoder = new SnapshotEncoder();
    const tokens = this.tokens();
    const start = encoder.start({ time: this.time, count: tokens.length });
    const batches = tokens.flatMap((token) => encoder.batch(packTokens([token])));
    const bytes = Buffer.concat([start, ...batches, encoder.end(this.head)]);
    return new Response(bytes, { headers: { 'Content-Type': 'application/vnd.hallpass.snapshot' } });
  }

  #resetFor(from: Head): Reset | undefined {
    if (from.epoch !== this.epoch) return 'epoch';
    if (from.revision > this.rows.length) return 'ahead';
    if (from.revision < this.kept) return 'trimmed';
    return sameChain(from.chain, this.chainAt(from.revision)) ? undefined : 'chain';
  }

  /** All there is to say to one who stands there. */
  #news(from: Head): Uint8Array[] {
    const reset = this.#resetFor(from);
    if (reset) return [encodeFrame({ kind: 'reset', reason: reset })];
    const { time, head } = this;
    const bookmark = { time, head: head.revision };
    const rows = this.rows.slice(from.revision);
    return [
      encodeFrame({ kind: 'hello', position: from, replica: 'r1', ...bookmark }),
      ...rows.map((row) => encodeChange(this.epoch, row.change, row.chain)),
      encodeFrame({ kind: 'heartbeat', position: head, ...bookmark }),
    ];
  }

  #follow(path: string, headers: Headers, signal: AbortSignal | undefined): Response {
    const from = parsePosition(headers.get('last-event-id') ?? '');
    if (!from) return new Response(null, { status: 400 });
    const type = { headers: { 'Content-Type': 'text/event-stream; charset=utf-8' } };
    if (path.includes('poll=')) return new Response(Buffer.concat(this.#news(from)), type);
    const stream = new TransformStream<Uint8Array, Uint8Array>(undefined, undefined, { highWaterMark: 1000 });
    const writer = stream.writable.getWriter();
    let ended = false;
    const stop = () => {
      ended = true;
    };
    signal?.addEventListener('abort', () => {
      stop();
      void writer.abort(signal.reason).catch(stop);
    });
    const open: Open = {
      send: (bytes) => {
        if (!ended && !this.heldBack) void writer.write(bytes).catch(stop);
      },
      end: () => {
        if (!ended) void writer.close().catch(stop);
        stop();
      },
      ended: () => ended,
    };
    this.#open.add(open);
    for (const bytes of this.#news(from)) open.send(bytes);
    return new Response(stream.readable, type);
  }
}

import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import type { Head, OperatorState } from '@hallpass/core/change';
import { encodeFrame } from '@hallpass/core/wire-feed';
import type { Replica } from './replicas.ts';

/** Why a stream came to its end: a closed list, the label of a metric. */
export const ENDINGS = ['left', 'polled', 'operator', 'slow', 'reset', 'fault', 'shutdown'] as const;
export type Ending = (typeof ENDINGS)[number];

/** Bytes that may wait for a client. All streams share them, so a slow one costs little until it is cut. */
const MOST_WAITING = 1 << 22;
/** Bytes that may wait while older rows, which nobody shares, are sent. */
const MOST_AHEAD = 1 << 18;
/** How long a client may take for what was written before the end, in milliseconds; a slow one needs it. */
const LINGER_MS = 500;
const SLOW_LINGER_MS = 5_000;

const HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
  'X-Content-Type-Options': 'nosniff',
  Connection: 'close',
};

export interface StreamStart {
  readonly operator: OperatorState;
  readonly replica: Replica;
  readonly poll: boolean;
  readonly place: Head;
  readonly requestId: string;
}

function begin(response: ServerResponse, requestId: string): void {
  // The end of the connection is the end of the body: frames go out as they are, the same bytes for all.
  response.removeHeader('Transfer-Encoding');
  response.writeHead(200, { ...HEADERS, 'X-Request-Id': requestId });
  response.flushHeaders();
}

/** Answers with these frames and no more. */
export function sendFrames(response: ServerResponse, requestId: string, frames: Uint8Array): void {
  begin(response, requestId);
  response.end(frames);
}

/** One connection that follows the journal: it begins and ends with its HTTP answer. */
export class Stream {
  readonly operator: OperatorState;
  readonly replica: Replica;
  readonly poll: boolean;
  /** It has all there was, and gets what comes with all the others. */
  live = false;
  /** When it was last asked to confirm. */
  askedAt = 0;
  readonly #response: ServerResponse;
  /** The connection itself where it can be had: the answer's own bookkeeping costs more than the write. */
  readonly #out: Writable;
  readonly #onEnd: (stream: Stream, ending: Ending) => void;
  #place: Head;
  #blockedSince: number | null = null;
  #ended = false;

  constructor(response: ServerResponse, start: StreamStart, onEnd: (stream: Stream, ending: Ending) => void) {
    this.operator = start.operator;
    this.replica = start.replica;
    this.poll = start.poll;
    this.#place = start.place;
    this.#response = response;
    this.#onEnd = onEnd;
    begin(response, start.requestId);
    this.#out = response.socket ?? response;
    response.once('close', () => this.#over('left'));
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Everything up to here has been written. */
  get place(): Head {
    return this.#place;
  }

  /** Since when it waits for the client to read, while older rows are sent. */
  get blockedSince(): number | null {
    return this.#blockedSince;
  }

  /** Writes frames. A client that does not keep up is cut, and told so behind what it has yet to read. */
  send(frames: Uint8Array): void {
    if (this.#ended) return;
    this.#out.write(frames);
    if (this.#out.writableLength > MOST_WAITING) this.resume('slow', 0);
  }

  /** Writes rows that follow on its place, up to another. */
  advance(rows: Uint8Array, place: Head): void {
    this.#place = place;
    this.send(rows);
  }

  resume(reason: 'slow' | 'shutdown', spread: number): void {
    this.end(reason, encodeFrame({ kind: 'resume', reason, spread }));
  }

  /** Ends the answer. Whoever does not read what is left is cut off. */
  end(ending: Ending, last?: Uint8Array): void {
    if (this.#ended) return;
    if (last) this.#out.write(last);
    this.#over(ending);
    this.#response.end();
    const linger = ending === 'slow' ? SLOW_LINGER_MS : LINGER_MS;
    const timer = setTimeout(() => this.#response.destroy(), linger);
    this.#response.once('close', () => clearTimeout(timer));
  }

  /** Resolves when the client has read on, or the stream has ended. */
  async drained(now: number): Promise<void> {
    if (this.#ended || this.#out.writableLength < MOST_AHEAD) return;
    this.#blockedSince = now;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#out.off('drain', done);
        this.#response.off('close', done);
        resolve();
      };
      this.#out.once('drain', done);
      this.#response.once('close', done);
    });
    this.#blockedSince = null;
  }

  #over(ending: Ending): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnd(this, ending);
  }
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Duplex, PassThrough } from 'node:stream';
import type { ErrorCode } from '@hallpass/core/errors';
import { type Answer, problem } from '@hallpass/core/problem';
import { refusal } from '@hallpass/core/refusal';
import type { DenyReason } from '@hallpass/core/verdict';
import type { Dispatcher } from 'undici';
import { sendAndClose, sendEarly } from '../closing.ts';
import { onDrain } from '../pipelining.ts';
import type { Body } from '../read.ts';
import { SILENCE_DETAIL, watchForSilence } from '../silence.ts';
import { atEndOfTurn } from '../turn.ts';
import type { Admission, Cuts, Open, Watch } from './cuts.ts';
import { passedOn } from './litter.ts';
import { clientHeaders, clientTrailers } from './response-headers.ts';
import type { Upstream } from './upstream.ts';

/** A request that was let through: what goes upstream, and where the answer goes. */
export interface Passage {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly upstream: Upstream;
  /** Path and query as the upstream gets them. */
  readonly target: string;
  readonly headers: string[];
  readonly body: Body;
  /** Whom it was let in for, and for what. undefined: a rule makes it public. */
  readonly admission: Admission | undefined;
  /** Whether it changes nothing, so that sending it once more does no harm. */
  readonly repeatable: boolean;
  /** Whether the client waits for a 100 before it sends its body. */
  readonly awaitsContinue: boolean;
  /** Given when the client asks for a WebSocket: called once the upstream has agreed to it, returns how to end it. */
  readonly onSwitch: ((upstream: Duplex, rawHeaders: unknown) => () => void) | undefined;
}

/** Told why a request could not be served, for the log. */
export type Report = (error: unknown, requestId: string) => void;

export interface ExchangeOptions {
  readonly report: Report;
  /** How long a client may pause in the middle of its body, in milliseconds. */
  readonly silenceMs: number;
  readonly cuts: Cuts;
}

/** What was let in finishes within this, whatever becomes of its token; what lasts longer is a stream. */
const STREAM_AFTER_MS = 10_000;

const GONE = new Error('The client is gone.');

const FAILURES: Record<'upstream_unreachable' | 'upstream_timeout', string> = {
  upstream_unreachable: 'The service behind the gate did not answer. Try again later.',
  upstream_timeout: 'The service behind the gate took too long to answer. Try again later.',
};

function failureOf(error: unknown): keyof typeof FAILURES & ErrorCode {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'UND_ERR_HEADERS_TIMEOUT' ? 'upstream_timeout' : 'upstream_unreachable';
}

/** Whether the connection was lost with nothing of an answer, as happens to an idle one that is used again. */
function isLostConnection(error: Error): boolean {
  const code = 'code' in error ? error.code : undefined;
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE';
}

/** The upstream's own words for its status, where they can be passed on; what else it sends there has no meaning. */
function reasonOf(message: string | undefined): string | undefined {
  return message !== undefined && /^[\t -~]*$/.test(message) ? message : undefined;
}

/** A 204 or 304 is whole with its head, also when undici misses content that its Content-Length speaks of. */
function isWhole({ headersSent, statusCode }: ServerResponse, error: Error): boolean {
  const code = 'code' in error ? error.code : undefined;
  if (!headersSent || code !== 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return false;
  return statusCode === 204 || statusCode === 304;
}

/** One request on its way to the upstream and its answer on the way back, both as streams. */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #passage: Passage;
  readonly #options: ExchangeOptions;
  #controller: Dispatcher.DispatchController | undefined;
  #body: PassThrough | undefined;
  #mayRepeat: boolean;
  #gone = false;
  #drains = false;
  #silent = true;
  /** What came of the answer in the turn it began in leaves at the end of that turn. */
  #answer: 'none' | 'leaving' | 'whole' | 'left' = 'none';
  #watch: Watch | undefined;

  constructor(passage: Passage, options: ExchangeOptions) {
    this.#passage = passage;
    this.#options = options;
    this.#mayRepeat = passage.repeatable && passage.body === 'none';
  }

  start(): void {
    const { request, response, body, awaitsContinue } = this.#passage;
    response.once('close', () => this.#close());
    this.#watch = this.#watched();
    if (body !== 'none') {
      // Not the request itself: whoever destroys that one takes the client's connection with it.
      this.#body = new PassThrough();
      this.#body.on('error', () => {});
      watchForSilence(request, response, this.#options.silenceMs, () => this.#onSilence());
      if (!awaitsContinue) this.#send(this.#body);
    }
    atEndOfTurn(() => {
      if (!this.#gone) this.#dispatch();
    });
  }

  #watched(): Watch | undefined {
    const { admission, upstream } = this.#passage;
    if (!admission || !upstream.cutStreams) return undefined;
    return this.#options.cuts.watch(new UnderWay(this, admission));
  }

  #dispatch(): void {
    const { request, upstream, target, headers, onSwitch } = this.#passage;
    const options = {
      path: target,
      method: (request.method ?? '') as Dispatcher.HttpMethod,
      headers,
      body: this.#body ?? null,
      servername: upstream.servername,
      upgrade: onSwitch ? 'websocket' : null,
    };
    try {
      upstream.dispatcher.dispatch(options, this);
    } catch (error) {
      this.#fail(error);
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#gone) {
      controller.abort(GONE);
      return;
    }
    const { awaitsContinue, response } = this.#passage;
    if (!awaitsContinue || !this.#body) return;
    response.writeContinue();
    this.#send(this.#body);
  }

  #send(body: PassThrough): void {
    this.#passage.request.pipe(body);
    this.#passage.request.on('data', passedOn);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    _headers: unknown,
    message?: string,
  ): void {
    if (status < 200) return;
    this.#mayRepeat = false;
    const { response, requestId } = this.#passage;
    const { socket } = response;
    response.writeHead(status, reasonOf(message), clientHeaders(controller.rawHeaders, status, requestId));
    socket?.cork();
    this.#answer = 'leaving';
    atEndOfTurn(() => {
      if (this.#answer === 'whole') response.end();
      // Goes out alone if no content came along with it: an event stream begins before its first event.
      else if (this.#silent) response.flushHeaders();
      this.#answer = 'left';
      socket?.uncork();
    });
  }

  onRequestUpgrade(
    controller: Dispatcher.DispatchController,
    _status: number,
    _headers: unknown,
    upstream: Duplex,
  ): void {
    const end = this.#passage.onSwitch?.(upstream, controller.rawHeaders);
    if (!this.#watch || !end) return;
    const { cuts } = this.#options;
    const watch = this.#watch;
    upstream.once('close', () => cuts.release(watch));
    cuts.handOver(watch, end);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    // As undici goes on after a pause: to pause at that would make it miss how the connection ends.
    if (chunk.length === 0) return;
    const { response } = this.#passage;
    this.#silent = false;
    passedOn(chunk);
    if (response.write(chunk)) return;
    controller.pause();
    if (this.#drains) return;
    this.#drains = true;
    onDrain(response, () => controller.resume());
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    const { request, response } = this.#passage;
    const trailers = clientTrailers(controller.rawTrailers);
    if (trailers.length > 0 && response.chunkedEncoding) response.addTrailers(trailers);
    if (this.#answer === 'leaving') this.#answer = 'whole';
    else response.end();
    if (!request.complete) this.#discardBody();
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#gone) return;
    if (isWhole(this.#passage.response, error)) {
      this.onResponseEnd(controller);
      return;
    }
    if (this.#mayRepeat && isLostConnection(error)) {
      this.#mayRepeat = false;
      this.#dispatch();
      return;
    }
    this.#fail(error);
  }

  #fail(error: unknown): void {
    const { response, requestId, body } = this.#passage;
    this.#options.report(error, requestId);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    this.#discardBody();
    const code = failureOf(error);
    sendEarly(response, problem(code, FAILURES[code], requestId), body);
  }

  /** The client stopped in the middle of its body. When it is the upstream that does not read, its own time-out counts. */
  #onSilence(): void {
    const { request, requestId } = this.#passage;
    if (request.complete || this.#body?.writableNeedDrain) return;
    this.#break(problem('request_timeout', SILENCE_DETAIL, requestId));
  }

  /** Ends it on both sides because the token it was let in with is no longer good for it. */
  cut(reason: DenyReason): void {
    this.#break(refusal(reason, this.#passage.requestId));
  }

  /** Answers with this if nothing was answered yet; else the client finds its answer broken off. */
  #break(answer: Answer): void {
    const { response } = this.#passage;
    if (response.headersSent) response.destroy();
    else sendAndClose(response, answer);
    this.#abort();
  }

  #discardBody(): void {
    const { request } = this.#passage;
    if (this.#body) request.unpipe(this.#body);
    this.#body?.destroy();
    request.resume();
  }

  #close(): void {
    this.#options.cuts.release(this.#watch);
    if (this.#passage.response.writableFinished) return;
    this.#abort();
  }

  #abort(): void {
    this.#gone = true;
    this.#controller?.abort(GONE);
    this.#body?.destroy();
  }
}

/** An exchange as something that can be cut. */
class UnderWay implements Open {
  readonly graceMs = STREAM_AFTER_MS;
  readonly admission: Admission;
  readonly #exchange: Exchange;

  constructor(exchange: Exchange, admission: Admission) {
    this.#exchange = exchange;
    this.admission = admission;
  }

  cut(reason: DenyReason): void {
    this.#exchange.cut(reason);
  }
}

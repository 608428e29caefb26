import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Duplex, PassThrough } from 'node:stream';
import type { ErrorCode } from '@hallpass/core/errors';
import { problem } from '@hallpass/core/problem';
import type { Dispatcher } from 'undici';
import { sendAndClose, sendEarly } from '../closing.ts';
import type { Body } from '../read.ts';
import { clientHeaders, clientTrailers } from './response-headers.ts';
import type { Upstream } from './upstream.ts';

/** A request that was let through: what goes upstream, and where the answer goes. */
export interface Passage {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly path: string;
  readonly headers: string[];
  readonly body: Body;
  /** Whether the client waits for a 100 before it sends its body. */
  readonly awaitsContinue: boolean;
  /** Given when the client asks for a WebSocket: called once the upstream has agreed to it. */
  readonly onSwitch?: (upstream: Duplex, rawHeaders: unknown) => void;
}

/** Told why a request could not be served, for the log. */
export type Report = (error: unknown, requestId: string) => void;

/** How long a client may pause in the middle of its body. */
const SILENCE_MS = 60_000;

const GONE = new Error('The client is gone.');

const FAILURES: Record<'upstream_unreachable' | 'upstream_timeout', string> = {
  upstream_unreachable: 'The service behind the gate did not answer. Try again later.',
  upstream_timeout: 'The service behind the gate took too long to answer. Try again later.',
};

function failureOf(error: Error): keyof typeof FAILURES & ErrorCode {
  const code = 'code' in error ? error.code : undefined;
  return code === 'UND_ERR_HEADERS_TIMEOUT' ? 'upstream_timeout' : 'upstream_unreachable';
}

/** Whether the connection was lost with nothing of an answer, as happens to an idle one that is used again. */
function isLostConnection(error: Error): boolean {
  const code = 'code' in error ? error.code : undefined;
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE';
}

/** One request on its way to the upstream and its answer on the way back, both as streams. */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #passage: Passage;
  readonly #upstream: Upstream;
  readonly #report: Report;
  #controller: Dispatcher.DispatchController | undefined;
  #body: PassThrough | undefined;
  #mayRepeat: boolean;
  #gone = false;
  #drains = false;
  #silent = true;

  constructor(passage: Passage, upstream: Upstream, report: Report) {
    this.#passage = passage;
    this.#upstream = upstream;
    this.#report = report;
    const { method } = passage.request;
    this.#mayRepeat =
      passage.body === 'none' && (method === 'GET' || method === 'HEAD' || method === 'OPTIONS');
  }

  start(): void {
    const { request, response, body, awaitsContinue } = this.#passage;
    response.once('close', () => this.#close());
    if (body !== 'none') {
      // Not the request itself: whoever destroys that one takes the client's connection with it.
      this.#body = new PassThrough();
      this.#body.on('error', () => {});
      request.setTimeout(SILENCE_MS, () => this.#onSilence());
      request.once('end', () => request.setTimeout(0));
      if (!awaitsContinue) request.pipe(this.#body);
    }
    this.#dispatch();
  }

  #dispatch(): void {
    const { request, path, headers, onSwitch } = this.#passage;
    const options = {
      path: this.#upstream.prefix + path,
      method: (request.method ?? '') as Dispatcher.HttpMethod,
      headers,
      body: this.#body ?? null,
      servername: this.#upstream.servername,
      upgrade: onSwitch ? 'websocket' : null,
    };
    this.#upstream.dispatcher.dispatch(options, this);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#gone) {
      controller.abort(GONE);
      return;
    }
    const { awaitsContinue, request, response } = this.#passage;
    if (!awaitsContinue || !this.#body) return;
    response.writeContinue();
    request.pipe(this.#body);
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
    response.writeHead(status, message, clientHeaders(controller.rawHeaders, requestId));
    // Goes out alone if no content came along with it: an event stream begins before its first event.
    process.nextTick(() => {
      if (this.#silent && !response.writableEnded) response.flushHeaders();
    });
  }

  onRequestUpgrade(
    controller: Dispatcher.DispatchController,
    _status: number,
    _headers: unknown,
    upstream: Duplex,
  ): void {
    this.#passage.onSwitch?.(upstream, controller.rawHeaders);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const { response } = this.#passage;
    this.#silent = false;
    if (response.write(chunk)) return;
    controller.pause();
    if (this.#drains) return;
    this.#drains = true;
    response.on('drain', () => controller.resume());
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    const { request, response } = this.#passage;
    const trailers = clientTrailers(controller.rawTrailers);
    if (trailers.length > 0 && response.chunkedEncoding) response.addTrailers(trailers);
    response.end();
    if (!request.complete) this.#discardBody();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#gone) return;
    const { response, requestId, body } = this.#passage;
    if (this.#mayRepeat && isLostConnection(error)) {
      this.#mayRepeat = false;
      this.#dispatch();
      return;
    }
    this.#report(error, requestId);
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
    const { request, response, requestId } = this.#passage;
    if (request.complete || this.#body?.writableNeedDrain) return;
    if (response.headersSent) response.destroy();
    else {
      sendAndClose(
        response,
        problem('request_timeout', 'Send the whole body without long pauses.', requestId),
      );
      this.#abort();
    }
  }

  #discardBody(): void {
    const { request } = this.#passage;
    if (this.#body) request.unpipe(this.#body);
    this.#body?.destroy();
    request.resume();
  }

  #close(): void {
    if (this.#passage.response.writableFinished) return;
    this.#abort();
  }

  #abort(): void {
    this.#gone = true;
    this.#controller?.abort(GONE);
    this.#body?.destroy();
  }
}

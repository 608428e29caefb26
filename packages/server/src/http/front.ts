import { type IncomingMessage, type Server, type ServerOptions, ServerResponse } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Answer, problem } from '@hallpass/core/problem';
import { refusal } from '@hallpass/core/refusal';
import { type CanonicalTarget, type Target, type TargetReader, targetReader } from '@hallpass/core/target';
import { LIMITS } from '../listen.ts';
import { endLingering, isLingering, sendAndClose, sendEarly, sendLast, sendRaw } from './closing.ts';
import type { Dialect, ForwardAuth } from './forward-auth.ts';
import type { Gate, Visit } from './gate/gate.ts';
import type { Lines } from './lines.ts';
import {
  awaitsAnswer,
  behindAnswers,
  type Connection,
  keepAliveBehind,
  lastAnswer,
  onTurn,
  turnOf,
} from './pipelining.ts';
import { type Flaw, type RequestReading, readRequest } from './read.ts';
import { SILENCE_DETAIL, watchForSilence } from './silence.ts';

/** What the server must be made with for the front to stand on it. */
export const SERVER_OPTIONS = {
  ...LIMITS,
  // The front's own check of Host is stricter, and its answer says why.
  requireHostHeader: false,
} as const satisfies ServerOptions;

export interface FrontOptions {
  /** The reserved prefix, such as `/_/`. */
  readonly prefix: string;
  readonly forwardAuth: ForwardAuth;
  /** Everything else under the prefix. */
  readonly api: (request: IncomingMessage, response: ServerResponse, reading: RequestReading) => void;
  /** Absent: there is nothing behind this server. */
  readonly gate?: Gate | undefined;
  readonly lines: Lines;
  /** How long a client may pause in the middle of a body for the API, in milliseconds. */
  readonly silenceMs: number;
  readonly newRequestId: () => string;
  readonly report: (error: unknown, requestId: string) => void;
}

/** How a request came: ordinary, waiting for a 100 before its body, or asking for another protocol. */
type Manner =
  | { readonly kind: 'ordinary' | 'expectant' }
  | { readonly kind: 'upgrade'; readonly socket: Socket; readonly early: Buffer };

const ORDINARY: Manner = { kind: 'ordinary' };
const EXPECTANT: Manner = { kind: 'expectant' };

const FLAWS: { readonly [F in Flaw]: string } = {
  version: 'Send the request in HTTP/1.1 or HTTP/1.0.',
  host: 'Send exactly one Host header with a host name or address and nothing else.',
  length: 'Send at most one Content-Length header with a plain decimal number.',
  encoding: 'Transfer-Encoding may only be chunked, once, and not in HTTP/1.0.',
  framing: 'Send either Content-Length or Transfer-Encoding, not both.',
};

const AMBIGUOUS_DETAIL =
  'Send a path in its plain spelling: no dot segments, doubled or encoded slashes, backslashes, fragments or control characters.';

/** The edge of the server: every request arrives here first, on raw `node:http`. */
export class Front {
  readonly #options: FrontOptions;
  readonly #readTarget: TargetReader;
  readonly #dialects: ReadonlyMap<string, Dialect>;
  readonly #extAuthz: string;
  readonly #metadata: string;
  /** Connections on which something came that cannot be read. */
  readonly #rejected = new WeakSet<Duplex>();
  #isStopping = false;

  /** Throws a RangeError for a prefix that cannot be one. */
  constructor(options: FrontOptions) {
    this.#options = options;
    this.#readTarget = targetReader(options.prefix);
    this.#extAuthz = `${options.prefix}ext-authz`;
    this.#metadata = `/.well-known/oauth-authorization-server${options.prefix.slice(0, -1)}`;
    this.#dialects = new Map<string, Dialect>([
      [`${options.prefix}verify`, 'headers'],
      [`${options.prefix}verify/read`, 'read'],
      [`${options.prefix}verify/write`, 'write'],
    ]);
  }

  /** Takes over a server that was made with SERVER_OPTIONS. */
  attach(server: Server | SecureServer): void {
    // Beyond a count Node drops header lines unseen; the size limit alone bounds them here.
    server.maxHeadersCount = 0;
    server.on('request', (request, response) => this.#take(request, response, ORDINARY));
    server.on('checkContinue', (request, response) => this.#take(request, response, EXPECTANT));
    server.on('checkExpectation', (_request, response) => {
      const detail = 'Only Expect: 100-continue is known. Send the request without Expect.';
      sendAndClose(response, problem('expectation_failed', detail, this.#options.newRequestId()));
    });
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket as Socket, head));
    server.on('connect', (_request, socket) => {
      socket.on('error', () => socket.destroy());
      behindAnswers(socket, () => sendRaw(socket, refusal('method', this.#options.newRequestId())));
    });
    server.on('clientError', (error, socket) => this.#reject(error, socket));
  }

  /** The server stops: the last answer that each of its connections still awaits says that it closes behind it. */
  stop(connections: Iterable<Socket>): void {
    this.#isStopping = true;
    for (const socket of connections) keepAliveBehind(socket, false);
  }

  #take(request: IncomingMessage, response: ServerResponse, manner: Manner): void {
    if (isLingering(request.socket)) return;
    // What came behind it is answered too, and the last of them closes.
    if (this.#isStopping) keepAliveBehind(request.socket, true);
    const before = turnOf(request, response, this.#isForApi);
    if (!before) this.#handle(request, response, manner);
    else onTurn(request.socket, before, () => this.#handle(request, response, manner));
  }

  #handle(request: IncomingMessage, response: ServerResponse, manner: Manner): void {
    const reading = readRequest(request, this.#readTarget, this.#options.newRequestId);
    try {
      this.#route(request, response, reading, manner);
    } catch (error) {
      this.#fault(response, reading, error);
    }
  }

  #fault(response: ServerResponse, { requestId }: RequestReading, error: unknown): void {
    this.#options.report(error, requestId);
    if (response.headersSent) response.destroy();
    else sendAndClose(response, refusal('fault', requestId));
  }

  #route(request: IncomingMessage, response: ServerResponse, reading: RequestReading, manner: Manner): void {
    const refused = this.#refusalBeforeRouting(request, reading);
    if (refused) {
      if (reading.flaw) sendAndClose(response, refused);
      else sendEarly(response, refused, manner.kind === 'expectant' ? 'long' : reading.body);
      return;
    }
    const dialect = this.#dialectOf(request.url ?? '', reading.target);
    if (dialect) {
      this.#options.lines.checked();
      this.#options.forwardAuth(request, response, reading, dialect);
    } else if (reading.target.ok && !this.#isOwn(reading.target)) {
      this.#options.lines.checked();
      this.#toGate({ request, response, reading, target: reading.target }, manner);
    } else this.#toApi(request, response, reading, manner);
  }

  /** What no door serves, whoever asks. */
  #refusalBeforeRouting(request: IncomingMessage, reading: RequestReading): Answer | undefined {
    const { target, flaw } = reading;
    if (flaw) return problem('invalid_request', FLAWS[flaw], reading.requestId);
    if (request.method === 'TRACE') return refusal('method', reading.requestId);
    if (target.ok) {
      if (this.#isOwn(target) || this.#options.gate) return undefined;
      return problem('path_not_found', 'There is no service behind this server.', reading.requestId);
    }
    if (this.#isExtAuthz(request.url ?? '')) return undefined;
    return problem('ambiguous_target', AMBIGUOUS_DETAIL, reading.requestId);
  }

  /**
   * Beside the prefix one path is the server's own: the one RFC 8414 §3.1 makes of an issuer that is the prefix.
   * No service can mean anything else by it.
   */
  #isOwn(target: CanonicalTarget): boolean {
    return target.reserved || target.path === this.#metadata;
  }

  /**
   * What follows `ext-authz/` is the client's own target as a proxy appends it: it may have any spelling,
   * because it is not looked at and decides nothing.
   */
  #isExtAuthz(url: string): boolean {
    if (!url.startsWith(this.#extAuthz)) return false;
    const next = url.charAt(this.#extAuthz.length);
    return next === '' || next === '/' || next === '?';
  }

  /** By the letter alone: at worst a check waits for an answer that it could have overtaken. */
  readonly #isForApi = ({ url = '' }: IncomingMessage): boolean =>
    url.startsWith(this.#options.prefix) && !this.#isExtAuthz(url) && !this.#dialects.has(url);

  #dialectOf(url: string, target: Target): Dialect | undefined {
    if (this.#isExtAuthz(url)) return 'method';
    return target.ok && target.reserved ? this.#dialects.get(target.path) : undefined;
  }

  #toGate(visit: Visit, manner: Manner): void {
    const { gate } = this.#options;
    if (!gate) return;
    if (manner.kind !== 'upgrade') gate.serve(visit, manner.kind === 'expectant');
    else gate.serveUpgrade({ ...visit, socket: manner.socket, early: manner.early });
  }

  #toApi(request: IncomingMessage, response: ServerResponse, reading: RequestReading, manner: Manner): void {
    if (manner.kind === 'upgrade' && (reading.body !== 'none' || manner.early.length > 0)) {
      const detail = 'A request with a body cannot ask for another protocol. Send it without Upgrade.';
      sendAndClose(response, problem('unsupported_upgrade', detail, reading.requestId));
      return;
    }
    const line = this.#options.lines.of(request, reading);
    if (!line) this.#serve(request, response, reading);
    else {
      line.add(() => {
        // Who has left in the meantime costs nobody else a turn.
        if (!request.socket.writable) return false;
        try {
          this.#serve(request, response, reading);
        } catch (error) {
          this.#fault(response, reading, error);
        }
        return true;
      });
    }
  }

  #serve(request: IncomingMessage, response: ServerResponse, reading: RequestReading): void {
    // Not before its turn: who waits in line is not silent.
    if (reading.body !== 'none') {
      watchForSilence(request, response, this.#options.silenceMs, () => {
        if (response.headersSent) request.socket.destroy();
        else sendLast(response, problem('request_timeout', SILENCE_DETAIL, reading.requestId));
      });
    }
    this.#options.api(request, response, reading);
  }

  /** With an `upgrade` listener every request that names a protocol lands here, also one for the API. */
  #upgrade(request: IncomingMessage, socket: Socket, early: Buffer): void {
    socket.on('error', () => socket.destroy());
    if (awaitsAnswer(socket)) {
      const detail = 'Ask for another protocol on a connection on which no other answer is awaited.';
      const refused = problem('unsupported_upgrade', detail, this.#options.newRequestId());
      behindAnswers(socket, () => sendRaw(socket, refused));
      return;
    }
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.once('finish', () => {
      response.detachSocket(socket);
      socket.destroySoon();
    });
    this.#take(request, response, { kind: 'upgrade', socket, early });
  }

  /** What the parser refused. Nothing is written into an answer that has begun. */
  #reject(error: Error, socket: Connection): void {
    if (endLingering(socket)) return;
    const code = 'code' in error ? error.code : undefined;
    const response = lastAnswer(socket);
    if (code === 'ECONNRESET') socket.destroy();
    // What cannot be read came behind whole requests: those are answered first.
    else if (response?.req.complete) this.#rejectBehind(socket, code);
    else if (response?.headersSent && !response.writableFinished) socket.destroy();
    else this.#sendRejection(socket, code);
  }

  /** Whatever else comes on the connection is no more to be read than this. */
  #rejectBehind(socket: Connection, code: unknown): void {
    if (this.#rejected.has(socket)) return;
    this.#rejected.add(socket);
    behindAnswers(socket, () => this.#sendRejection(socket, code));
  }

  #sendRejection(socket: Duplex, code: unknown): void {
    if (socket.writable) sendRaw(socket, this.#answerTo(code));
  }

  #answerTo(code: unknown): Answer {
    const id = this.#options.newRequestId();
    switch (code) {
      case 'HPE_HEADER_OVERFLOW':
        return problem('headers_too_large', 'Send less than 16 KiB of headers.', id);
      case 'ERR_HTTP_REQUEST_TIMEOUT':
        return problem('request_timeout', 'Send the whole head of the request at once.', id);
      default:
        return problem('invalid_request', 'Send a well-formed HTTP/1.1 request.', id);
    }
  }
}

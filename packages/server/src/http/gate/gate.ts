import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Access, accessOf } from '@hallpass/core/access';
import { namedMethodOf } from '@hallpass/core/method-override';
import { problem } from '@hallpass/core/problem';
import { refusal } from '@hallpass/core/refusal';
import type { CanonicalTarget } from '@hallpass/core/target';
import type { Checker } from '../../live.ts';
import { peerOf, type TrustedProxies } from '../address.ts';
import { sendEarly } from '../closing.ts';
import type { RequestReading } from '../read.ts';
import { Exchange, type Passage, type Report } from './exchange.ts';
import { upstreamHeaders } from './request-headers.ts';
import { switchingHead, Tunnels } from './tunnel.ts';
import { openUpstream, type UpstreamOptions } from './upstream.ts';

export interface GateOptions {
  readonly checker: Checker;
  readonly trustedProxies: TrustedProxies;
  readonly upstream: UpstreamOptions;
  readonly report: Report;
}

/** A request for the service behind the gate, whose target was found to have one meaning. */
export interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly reading: RequestReading;
  readonly target: CanonicalTarget;
}

/** A visit that came with an upgrade: the socket under `response`, and what the client sent after its head. */
export interface UpgradeVisit extends Visit {
  readonly socket: Socket;
  readonly early: Buffer;
}

/** The reverse proxy in front of one service: a request passes when its token allows it. */
export class Gate {
  readonly #options: GateOptions;
  readonly #upstream;
  readonly #tunnels = new Tunnels();

  /** Throws a RangeError for an upstream that is no origin. */
  constructor(options: GateOptions) {
    this.#options = options;
    this.#upstream = openUpstream(options.upstream);
  }

  /** Serves an ordinary request. `awaitsContinue`: the client sends its body only after a 100. */
  serve(visit: Visit, awaitsContinue: boolean): void {
    const passage = this.#admit(visit, this.#accessOf(visit), awaitsContinue);
    if (passage) this.#pass(passage);
  }

  /** Serves a request that asks for another protocol: a WebSocket for a token that may write, nothing else. */
  serveUpgrade(visit: UpgradeVisit): void {
    const { request, response, reading, socket, early } = visit;
    if (!isWebSocket(request, reading)) {
      const detail = 'Only WebSockets (GET with Upgrade: websocket) pass. Send the request without Upgrade.';
      sendEarly(response, problem('unsupported_upgrade', detail, reading.requestId), 'none');
      return;
    }
    const passage = this.#admit(visit, 'write', false);
    if (!passage) return;
    const onSwitch: Passage['onSwitch'] = (upstream, rawHeaders) => {
      response.detachSocket(socket);
      this.#tunnels.join(socket, upstream, early, switchingHead(rawHeaders, reading.requestId));
    };
    this.#pass({ ...passage, onSwitch });
  }

  /** Ends what is still open: WebSockets and requests on their way. */
  async close(): Promise<void> {
    this.#tunnels.closeAll();
    await this.#upstream.dispatcher.destroy();
  }

  #accessOf({ request, target }: Visit): Access {
    const access = accessOf(request.method ?? '');
    const named = namedMethodOf(target.query);
    return access === 'read' && named !== undefined && accessOf(named) !== 'read' ? 'write' : access;
  }

  /** What may pass, or undefined when the request was refused (and answered). */
  #admit(visit: Visit, access: Access, awaitsContinue: boolean): Passage | undefined {
    const { request, response, reading, target } = visit;
    const verdict = this.#options.checker.check({ presented: reading.presented, access }, 'gate');
    if (!verdict.allow) {
      sendEarly(response, refusal(verdict.reason, reading.requestId), awaitsContinue ? 'long' : reading.body);
      return undefined;
    }
    const peer = peerOf(request);
    const trusted = this.#options.trustedProxies.has(peer);
    const secure = 'encrypted' in request.socket && request.socket.encrypted === true;
    const arrival = { peer, host: reading.host, secure, trusted };
    const headers = upstreamHeaders(request.rawHeaders, verdict.principal, arrival, reading.requestId);
    const { requestId, body } = reading;
    return { request, response, requestId, path: target.text, headers, body, awaitsContinue };
  }

  #pass(passage: Passage): void {
    new Exchange(passage, this.#upstream, this.#options.report).start();
  }
}

function isWebSocket(request: IncomingMessage, { upgrade, body }: RequestReading): boolean {
  return (
    upgrade?.toLowerCase() === 'websocket' &&
    request.method === 'GET' &&
    request.httpVersion === '1.1' &&
    body === 'none'
  );
}

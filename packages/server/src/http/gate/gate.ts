import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { accessOf } from '@hallpass/core/access';
import type { Change } from '@hallpass/core/change';
import type { Clock } from '@hallpass/core/clock';
import type { AccessRequest } from '@hallpass/core/decide';
import type { Principal } from '@hallpass/core/principal';
import { type Answer, problem } from '@hallpass/core/problem';
import { refusal } from '@hallpass/core/refusal';
import { type CanonicalTarget, type TargetReader, targetReader } from '@hallpass/core/target';
import type { Checker } from '../../live.ts';
import { peerOf, type TrustedProxies } from '../address.ts';
import { sendEarly } from '../closing.ts';
import { Identities } from '../identity.ts';
import { otherProtocol } from '../protocol.ts';
import type { RequestReading } from '../read.ts';
import { atEndOfTurn } from '../turn.ts';
import { accessFor } from './access.ts';
import { type Admission, Cuts, type Later } from './cuts.ts';
import { Early } from './early.ts';
import { Exchange, type ExchangeOptions, type Passage, type Report } from './exchange.ts';
import { forwardedTarget } from './forwarded-target.ts';
import { upstreamHeaders } from './request-headers.ts';
import { type GatePlan, type Setup, setUp } from './setup.ts';
import { switchingHead, Tunnels } from './tunnel.ts';
import type { Upstream } from './upstream.ts';

export interface GateOptions {
  readonly checker: Checker;
  readonly trustedProxies: TrustedProxies;
  readonly plan: GatePlan;
  /** The reserved prefix: what lies under it reaches no upstream, also once a path was stripped. */
  readonly prefix: string;
  readonly report: Report;
  readonly clock: Clock;
  readonly later: Later;
  /** How long a client may pause in the middle of its body, in milliseconds. */
  readonly silenceMs: number;
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

const NO_SERVICE = 'No service is set up for this host and path. Send the request to one that has one.';
const STRIPPED =
  'What is left of this path without its first part belongs to this server. Send another path.';

/** The reverse proxy in front of services: a request passes when its token, or a rule, allows it. */
export class Gate {
  readonly #options: GateOptions;
  readonly #readTarget: TargetReader;
  readonly #identities: Identities;
  readonly #cuts: Cuts;
  readonly #exchange: ExchangeOptions;
  readonly #tunnels = new Tunnels();
  /** Upstreams of earlier plans, for as long as requests to them are under way. */
  readonly #retired = new Set<Upstream>();
  #setup: Setup;

  /** Throws a RangeError for an upstream that is no origin. */
  constructor(options: GateOptions) {
    this.#options = options;
    this.#readTarget = targetReader(options.prefix);
    this.#identities = new Identities(options.checker);
    this.#cuts = new Cuts(options);
    this.#exchange = { report: options.report, silenceMs: options.silenceMs, cuts: this.#cuts };
    this.#setup = setUp(options.plan);
  }

  /** How many requests and WebSockets are under way that would be cut with their token. */
  get watched(): number {
    return this.#cuts.size;
  }

  /** Serves an ordinary request. `awaitsContinue`: the client sends its body only after a 100. */
  serve(visit: Visit, awaitsContinue: boolean): void {
    this.#pass(visit, awaitsContinue, undefined);
  }

  /** Serves a request that asks for another protocol: a WebSocket, nothing else. */
  serveUpgrade(visit: UpgradeVisit): void {
    const { request, response, reading, socket } = visit;
    if (!isWebSocket(request, reading)) {
      sendEarly(response, otherProtocol(reading.requestId), 'none');
      return;
    }
    const early = new Early(socket, visit.early);
    const passed = this.#pass(visit, false, (upstream, rawHeaders) => {
      response.detachSocket(socket);
      return this.#tunnels.join(socket, upstream, early.take(), switchingHead(rawHeaders, reading.requestId));
    });
    if (passed) early.gather();
  }

  /** From now on requests go by this plan; those under way finish by the old one. Throws as the constructor does. */
  replace(plan: GatePlan): void {
    const { upstreams } = this.#setup.routes;
    this.#setup = setUp(plan);
    for (const upstream of upstreams) this.#retired.add(upstream);
    // What was let in in this turn goes upstream at its end.
    atEndOfTurn(() => {
      for (const upstream of upstreams) upstream.dispatcher.close(() => this.#retired.delete(upstream));
    });
  }

  /** Told of committed changes once they are in force. */
  changed(changes: readonly Change[]): void {
    this.#cuts.changed(changes);
  }

  /** Ends what is still open: WebSockets and requests on their way. */
  async close(): Promise<void> {
    this.#cuts.close();
    this.#tunnels.closeAll();
    const all = [...this.#retired, ...this.#setup.routes.upstreams];
    await Promise.all(all.map(({ dispatcher }) => dispatcher.destroy()));
  }

  /** False: it was refused. */
  #pass(visit: Visit, awaitsContinue: boolean, onSwitch: Passage['onSwitch']): boolean {
    const passage = this.#admit(visit, awaitsContinue, onSwitch);
    const passes = !('status' in passage);
    if (passes) new Exchange(passage, this.#exchange).start();
    else sendEarly(visit.response, passage, awaitsContinue ? 'long' : visit.reading.body);
    return passes;
  }

  /** What may pass, or the refusal. */
  #admit(visit: Visit, awaitsContinue: boolean, onSwitch: Passage['onSwitch']): Passage | Answer {
    const { request, response, reading, target } = visit;
    const upgrade = onSwitch !== undefined;
    const { routes, rules } = this.#setup;
    const access = accessFor({ request, host: reading.host, target, upgrade }, rules);
    let admission: Admission | undefined;
    if (access !== 'public') {
      const asked: AccessRequest = { presented: reading.presented, access };
      const verdict = this.#options.checker.check(asked, 'gate');
      if (!verdict.allow) return refusal(verdict.reason, reading.requestId);
      admission = { asked, principal: verdict.principal };
    }
    const upstream = routes.find(reading.host, target.path);
    if (!upstream) return problem('path_not_found', NO_SERVICE, reading.requestId);
    const forwarded = forwardedTarget(upstream, target, this.#readTarget);
    if (forwarded === undefined) return problem('ambiguous_target', STRIPPED, reading.requestId);
    return {
      request,
      response,
      requestId: reading.requestId,
      upstream,
      target: forwarded,
      headers: this.#headers(visit, admission?.principal, upstream),
      body: reading.body,
      admission,
      repeatable: upgrade || (access !== 'write' && accessOf(request.method ?? '') === 'read'),
      awaitsContinue,
      onSwitch,
    };
  }

  #headers({ request, reading }: Visit, principal: Principal | undefined, upstream: Upstream): string[] {
    const peer = peerOf(request);
    const trusted = this.#options.trustedProxies.has(peer);
    const secure = 'encrypted' in request.socket && request.socket.encrypted === true;
    const arrival = { peer, host: reading.host, secure, trusted };
    return upstreamHeaders(request.rawHeaders, {
      identity: principal ? this.#identities.headersOf(principal) : [],
      mayWrite: principal?.write === true,
      arrival,
      requestId: reading.requestId,
      hostHeader: upstream.hostHeader,
    });
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

import type { IncomingMessage, Server } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { Socket } from 'node:net';
import { requestIds } from '@hallpass/core/request-id';
import type { Secret } from '@hallpass/core/secret';
import type { RandomBytes } from '@hallpass/core/token';
import type { Control } from '../control/control.ts';
import type { GivingWay } from '../giving-way.ts';
import type { Live } from '../live.ts';
import type { Logger } from '../log.ts';
import type { UsageReports } from '../usage-reports.ts';
import type { TrustedProxies } from './address.ts';
import { buildApi } from './api.ts';
import { knowsOperators } from './client-authentication.ts';
import { FailureLimit } from './failure-limit.ts';
import { Feed } from './feed/feed.ts';
import { createForwardAuth } from './forward-auth.ts';
import { Front } from './front.ts';
import type { Later } from './gate/cuts.ts';
import type { Report } from './gate/exchange.ts';
import { Gate } from './gate/gate.ts';
import type { GatePlan } from './gate/setup.ts';
import { issuer } from './issuer.ts';
import { Lines } from './lines.ts';
import { buildMetrics } from './metrics.ts';

/** How long a client may pause in the middle of a body: for a service, and for the API. */
const SILENCE_MS = { gate: 60_000, api: 30_000 } as const;

export interface DoorOptions {
  readonly control: Control;
  readonly live: Live;
  readonly reports: UsageReports;
  readonly log: Logger;
  readonly random: RandomBytes;
  readonly server: Server | SecureServer;
  /** What the server keeps for itself: `/_`, or another without a slash at the end. */
  readonly prefix: string;
  /** Null: no gate. */
  readonly gatePlan: GatePlan | null;
  readonly later: Later;
  readonly trustedProxies: TrustedProxies;
  readonly proxySecret?: Secret | undefined;
  /** Scheme and authority, no slash at the end. Null: what each request calls the server. */
  readonly publicUrl: string | null;
  readonly metricsPublic: boolean;
  readonly cursorKey: string;
  readonly givingWay: GivingWay;
  /** How many replicas may follow at a time. */
  readonly feedMaxStreams: number;
}

export interface Doors {
  /** From now on the server says that it is ready. */
  open(): void;
  /** From now on it says that it is not, sends replicas away, and goes on answering. */
  stop(connections: Iterable<Socket>): void;
  /** From now on the gate, if there is one, goes by this plan. */
  replaceGatePlan(plan: GatePlan): void;
  /** Ends what is still on its way through the gate. */
  close(): Promise<void>;
}

/** Builds every door and hangs them into the server. */
export async function openDoors(options: DoorOptions): Promise<Doors> {
  const { control, live, log, server, prefix, trustedProxies, metricsPublic, cursorKey } = options;
  let readiness: 'starting' | 'ready' | 'stopping' = 'starting';
  const report = (err: unknown, requestId: string) =>
    log.error({ err, request_id: requestId }, 'request failed');
  const feed = await Feed.open({
    store: control.store,
    live,
    clock: control.clock,
    log,
    maxStreams: options.feedMaxStreams,
  });
  const requestIdOf = new WeakMap<IncomingMessage, string>();
  const api = await buildApi({
    prefix,
    control,
    live,
    feed,
    reports: options.reports,
    log,
    metrics: buildMetrics(live, feed, control.clock),
    metricsPublic,
    cursorKey,
    readiness: () => readiness,
    issuerOf: issuer(options.publicUrl, prefix),
    failures: new FailureLimit(control.clock),
    requestIdOf: (request) => requestIdOf.get(request) ?? '',
    addressOf: (request) => trustedProxies.clientOf(request) ?? null,
  });
  const gate = gateOf(options, report);
  const front = new Front({
    prefix: `${prefix}/`,
    forwardAuth: createForwardAuth({ checker: live, trustedProxies, proxySecret: options.proxySecret }),
    api: (request, response, reading) => {
      requestIdOf.set(request, reading.requestId);
      api(request, response);
    },
    gate,
    lines: new Lines(`${prefix}/`, options.givingWay, knowsOperators(live.operators, control.clock)),
    silenceMs: SILENCE_MS.api,
    newRequestId: requestIds(options.random),
    report,
  });
  front.attach(server);
  return {
    open() {
      readiness = 'ready';
    },
    stop(connections) {
      readiness = 'stopping';
      feed.stop();
      front.stop(connections);
    },
    replaceGatePlan(plan) {
      gate?.replace(plan);
    },
    async close() {
      await gate?.close();
    },
  };
}

function gateOf(options: DoorOptions, report: Report): Gate | undefined {
  const { control, live, trustedProxies, gatePlan, later } = options;
  if (gatePlan === null) return undefined;
  const gate = new Gate({
    checker: live,
    trustedProxies,
    plan: gatePlan,
    prefix: `${options.prefix}/`,
    report,
    clock: control.clock,
    later,
    silenceMs: SILENCE_MS.gate,
  });
  live.follow((changes) => gate.changed(changes));
  return gate;
}

import type { IncomingMessage, Server } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import { requestIds } from '@hallpass/core/request-id';
import type { Secret } from '@hallpass/core/secret';
import type { RandomBytes } from '@hallpass/core/token';
import type { Control } from '../control/control.ts';
import type { Live } from '../live.ts';
import type { Logger } from '../log.ts';
import type { UsageReports } from '../usage-reports.ts';
import type { TrustedProxies } from './address.ts';
import { buildApi } from './api.ts';
import { FailureLimit } from './failure-limit.ts';
import { Feed } from './feed/feed.ts';
import { createForwardAuth } from './forward-auth.ts';
import { Front } from './front.ts';
import { Gate } from './gate/gate.ts';
import type { UpstreamOptions } from './gate/upstream.ts';
import { issuer } from './issuer.ts';
import { buildMetrics } from './metrics.ts';

const PREFIX = '/_/';

export interface DoorOptions {
  readonly control: Control;
  readonly live: Live;
  readonly reports: UsageReports;
  readonly log: Logger;
  readonly random: RandomBytes;
  readonly server: Server | SecureServer;
  /** Absent: no gate. */
  readonly upstream?: UpstreamOptions | undefined;
  readonly trustedProxies: TrustedProxies;
  readonly proxySecret?: Secret | undefined;
  /** Scheme and authority, no slash at the end. Null: what each request calls the server. */
  readonly publicUrl: string | null;
  readonly metricsPublic: boolean;
  readonly cursorKey: string;
  /** How many replicas may follow at a time. */
  readonly feedMaxStreams: number;
}

export interface Doors {
  /** From now on the server says that it is ready. */
  open(): void;
  /** From now on it says that it is not, sends replicas away, and goes on answering. */
  stop(): void;
  /** Ends what is still on its way through the gate. */
  close(): Promise<void>;
}

/** Builds every door and hangs them into the server. */
export async function openDoors(options: DoorOptions): Promise<Doors> {
  const { control, live, log, server, trustedProxies, metricsPublic, cursorKey } = options;
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
    control,
    live,
    feed,
    reports: options.reports,
    log,
    metrics: buildMetrics(live, feed, control.clock),
    metricsPublic,
    cursorKey,
    readiness: () => readiness,
    issuerOf: issuer(options.publicUrl),
    failures: new FailureLimit(control.clock),
    requestIdOf: (request) => requestIdOf.get(request) ?? '',
    addressOf: (request) => trustedProxies.clientOf(request) ?? null,
  });
  const gate =
    options.upstream && new Gate({ checker: live, trustedProxies, upstream: options.upstream, report });
  const front = new Front({
    prefix: PREFIX,
    forwardAuth: createForwardAuth({ checker: live, trustedProxies, proxySecret: options.proxySecret }),
    api: (request, response, reading) => {
      requestIdOf.set(request, reading.requestId);
      api(request, response);
    },
    gate,
    newRequestId: requestIds(options.random),
    report,
  });
  front.attach(server);
  return {
    open() {
      readiness = 'ready';
    },
    stop() {
      readiness = 'stopping';
      feed.stop();
    },
    async close() {
      await gate?.close();
    },
  };
}

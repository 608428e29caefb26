import type { IncomingMessage } from 'node:http';
import type { Control } from '../control/control.ts';
import type { Live } from '../live.ts';
import type { Logger } from '../log.ts';
import type { UsageReports } from '../usage-reports.ts';
import type { FailureLimit } from './failure-limit.ts';
import type { Feed } from './feed/feed.ts';
import type { IssuerOf } from './issuer.ts';
import type { Metrics } from './metrics.ts';

/** What the doors of the API work with. */
export interface ApiParts {
  /** What every path of the API lies below: `/_`, or another without a slash at the end. */
  readonly prefix: string;
  readonly control: Control;
  readonly live: Live;
  readonly feed: Feed;
  readonly reports: UsageReports;
  readonly metrics: Metrics;
  readonly metricsPublic: boolean;
  readonly log: Logger;
  /** Closes the cursors of lists; the same on every server of a database. */
  readonly cursorKey: string;
  /** What `health/ready` answers. */
  readonly readiness: () => 'starting' | 'ready' | 'stopping';
  readonly issuerOf: IssuerOf;
  readonly failures: FailureLimit;
  readonly requestIdOf: (request: IncomingMessage) => string;
  readonly addressOf: (request: IncomingMessage) => string | null;
}

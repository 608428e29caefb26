import type { Clock } from '@hallpass/core/clock';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Live } from '../live.ts';
import type { Feed } from './feed/feed.ts';
import { feedMetrics } from './feed/feed-metrics.ts';

export interface Metrics {
  readonly registry: Registry;
  readonly apiRequests: Counter<'method' | 'route' | 'status'>;
}

/** What the process says of itself in Prometheus' form. No token, operator, replica or address is ever a label. */
export function buildMetrics(live: Live, feed: Feed, clock: Clock): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'hallpass_tokens',
    help: 'Values that are checked against, expired and inactive ones included.',
    registers,
    collect() {
      this.set(live.tokens.size);
    },
  });
  new Gauge({
    name: 'hallpass_revision',
    help: 'The newest change that checks take into account.',
    registers,
    collect() {
      this.set(live.revision);
    },
  });
  new Counter({
    name: 'hallpass_checks_total',
    help: 'Verdicts by door; result is allow or the reason of the refusal.',
    labelNames: ['door', 'result'],
    registers,
    collect() {
      this.reset();
      for (const [door, results] of Object.entries(live.counts)) {
        for (const [result, count] of Object.entries(results)) this.inc({ door, result }, count);
      }
    },
  });
  feedMetrics(registry, feed, live, clock);
  const apiRequests = new Counter({
    name: 'hallpass_api_requests_total',
    help: 'Answers of the API.',
    labelNames: ['method', 'route', 'status'] as const,
    registers,
  });
  return { registry, apiRequests };
}

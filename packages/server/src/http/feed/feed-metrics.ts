import type { Clock } from '@hallpass/core/clock';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Live } from '../../live.ts';
import type { Feed } from './feed.ts';

/** What can be said of replicas without naming one. */
export function feedMetrics(
  registry: Registry,
  feed: Feed,
  live: Pick<Live, 'revision'>,
  clock: Clock,
): void {
  const registers = [registry];
  new Gauge({
    name: 'hallpass_replicas',
    help: 'Replicas that are connected.',
    registers,
    collect() {
      this.set(feed.replicas.connected(clock()).length);
    },
  });
  new Gauge({
    name: 'hallpass_replica_lag_seconds',
    help: 'Since when the replica that is furthest behind lacks a change; 0: none lacks one.',
    registers,
    collect() {
      const now = clock();
      const ages = feed.replicas.connected(now).map((replica) => feed.ageOf(replica, live.revision, now));
      this.set(Math.max(0, ...ages) / 1000);
    },
  });
  new Counter({
    name: 'hallpass_feed_ended_total',
    help: 'Streams of replicas that have ended, by reason.',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset();
      for (const [reason, count] of Object.entries(feed.ended)) this.inc({ reason }, count);
    },
  });
}

import { Routes } from './routes.ts';
import { type RuleOptions, Rules } from './rules.ts';
import { openUpstream, type UpstreamOptions } from './upstream.ts';

/** What stands behind the gate, and what is asked of requests for it. */
export interface GatePlan {
  readonly upstreams: readonly UpstreamOptions[];
  readonly rules: readonly RuleOptions[];
}

/** A plan at work. It is replaced as a whole; what is under way goes on with the one it began with. */
export interface Setup {
  readonly routes: Routes;
  /** Absent: there are none, and the method alone says what a request asks for. */
  readonly rules: Rules | undefined;
}

export function setUp({ upstreams, rules }: GatePlan): Setup {
  return {
    routes: new Routes(upstreams.map(openUpstream)),
    rules: rules.length === 0 ? undefined : new Rules(rules),
  };
}

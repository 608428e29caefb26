import type { Upstream } from '../values.ts';

/** A service behind the gate, and which requests are for it. */
export interface GateUpstream extends Upstream {
  /** In lower case, without a port; null: any. */
  readonly host: string | null;
  /** `/…` without a slash at its end; empty: any. */
  readonly path: string;
  readonly stripPath: boolean;
  readonly hostHeader: string | null;
  /** Certificates in PEM; null: those that Node knows. */
  readonly ca: readonly string[] | null;
  readonly serverName: string | null;
  /** Milliseconds. */
  readonly connectTimeoutMs: number;
  readonly answerTimeoutMs: number;
  readonly cutStreams: boolean;
}

export const RULE_ACCESS = ['public', 'read', 'write'] as const;

/** What is asked of requests that fit it. */
export interface GateRule {
  readonly host: string | null;
  /** Null: any. */
  readonly methods: readonly string[] | null;
  readonly path: string;
  readonly access: (typeof RULE_ACCESS)[number];
}

export interface GatePlan {
  readonly upstreams: readonly GateUpstream[];
  readonly rules: readonly GateRule[];
}

/** What holds for an upstream of which no more is said than where it is. */
export const USUAL = {
  host: null,
  path: '',
  stripPath: false,
  hostHeader: null,
  ca: null,
  serverName: null,
  connectTimeoutMs: 5_000,
  answerTimeoutMs: 60_000,
  cutStreams: true,
} as const satisfies Partial<GateUpstream>;

/** The plan of a gate that has one upstream and no rules. */
export function planFor(upstream: Upstream): GatePlan {
  return { upstreams: [{ ...USUAL, ...upstream }], rules: [] };
}

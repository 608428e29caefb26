import type { Principal } from './principal.ts';

/**
 * Why a request may not pass. A closed list, meant for the operator: outside, `unknown`, `checksum`,
 * `inactive` and `expired` get one and the same answer.
 */
export const DENY_REASONS = [
  'absent',
  'malformed',
  'checksum',
  'unknown',
  'inactive',
  'expired',
  'read_only',
  'method',
  'not_ready',
  'stale',
  'fault',
] as const;

export type DenyReason = (typeof DENY_REASONS)[number];

export interface Allow {
  readonly allow: true;
  readonly principal: Principal;
}

export interface Deny {
  readonly allow: false;
  readonly reason: DenyReason;
}

export type Verdict = Allow | Deny;

/** One frozen refusal a reason, so that refusing allocates nothing. */
export const DENY: { readonly [R in DenyReason]: Deny & { readonly reason: R } } = Object.freeze(
  Object.fromEntries(DENY_REASONS.map((reason) => [reason, Object.freeze({ allow: false, reason })])),
) as { readonly [R in DenyReason]: Deny & { readonly reason: R } };

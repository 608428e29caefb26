import type { Access } from './access.ts';
import { ABSENT, MALFORMED, type Presented } from './credential.ts';
import { digestOf } from './digest.ts';
import { hasForm } from './token.ts';
import { NOT_FOUND, type TokenTable } from './token-table.ts';
import { DENY, type Verdict } from './verdict.ts';

/** The one form in which every door asks. */
export interface AccessRequest {
  readonly presented: Presented;
  readonly access: Access;
}

/**
 * Whether a request may pass, by what the table holds at `now` (milliseconds since the epoch).
 * A pure function of its arguments: nothing is written, awaited or thrown.
 */
export function decide({ presented, access }: AccessRequest, tokens: TokenTable, now: number): Verdict {
  if (presented === ABSENT) return DENY.absent;
  if (presented === MALFORMED) return DENY.malformed;
  if (!hasForm(presented, 'hp_')) return DENY.checksum;
  const place = tokens.find(digestOf(presented));
  if (place === NOT_FOUND) return DENY.unknown;
  if (!tokens.isActive(place)) return DENY.inactive;
  if (!(now < tokens.expiresAt(place))) return DENY.expired;
  if (access === 'refused') return DENY.method;
  if (access === 'write' && !tokens.mayWrite(place)) return DENY.read_only;
  if (access !== 'write' && access !== 'read') return DENY.fault;
  return { allow: true, principal: tokens.principal(place) };
}

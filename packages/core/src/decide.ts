import type { Access } from './access.ts';
import { ABSENT, MALFORMED, type Presented } from './credential.ts';
import { sha256 } from './sha256.ts';
import { readForm } from './token.ts';
import type { TokenTable } from './token-table.ts';
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
  const bytes = readForm(presented, 'hp_');
  if (!bytes) return DENY.checksum;
  const token = tokens.find(sha256(bytes, presented.length));
  if (!token) return DENY.unknown;
  if (!token.active) return DENY.inactive;
  if (!(now >= 0 && now < token.endsAt)) return DENY.expired;
  if (access === 'refused') return DENY.method;
  if (access === 'write' && !token.write) return DENY.read_only;
  if (access !== 'write' && access !== 'read') return DENY.fault;
  return { allow: true, principal: token };
}

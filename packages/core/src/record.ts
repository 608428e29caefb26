import type { Digest } from './digest.ts';
import type { OperatorId, TokenId } from './id.ts';

/** A value that a token had before its present one, and that still opens doors. Nothing of it ever changes. */
export interface Former {
  readonly digest: Digest;
  readonly hint: string;
  /** When it ends at the latest; null: it has no time of its own, and ends with its token. */
  readonly endsAt: number | null;
  /** It ends at the first use of a newer value. */
  readonly untilFirstUse: boolean;
}

/** All that is stored of a token. Times are milliseconds since the epoch. */
export interface TokenRecord {
  readonly id: TokenId;
  readonly name: string;
  readonly digest: Digest;
  /** The value under AES-256-GCM, or null when none is kept. */
  readonly sealed: Uint8Array | null;
  readonly hint: string;
  /** null: never. */
  readonly expiresAt: number | null;
  readonly active: boolean;
  readonly write: boolean;
  readonly description: string;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly lastUsedAt: number | null;
  /** Oldest first. */
  readonly formers: readonly Former[];
  /** The revision of the change that wrote this state. */
  readonly revision: number;
  /** The revision of the change that made the token: the order of creation. */
  readonly position: number;
}

export const ROLES = ['owner', 'manager', 'auditor', 'verifier'] as const;
export type Role = (typeof ROLES)[number];

/** All that is stored of an operator; of its key only the digest. */
export interface OperatorRecord {
  readonly id: OperatorId;
  readonly name: string;
  readonly role: Role;
  readonly digest: Digest;
  readonly hint: string;
  readonly expiresAt: number | null;
  readonly active: boolean;
  readonly description: string;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly revision: number;
  readonly position: number;
}

/** The earlier of two moments at which something ends; null is never. */
export function earlierEnd(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}

export type Status = 'active' | 'inactive' | 'expired';

/** `inactive` wins over `expired`; what expires at `now` has expired. */
export function statusOf(record: { active: boolean; expiresAt: number | null }, now: number): Status {
  if (!record.active) return 'inactive';
  return record.expiresAt !== null && now >= record.expiresAt ? 'expired' : 'active';
}

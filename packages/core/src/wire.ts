import type { AuditEntry } from './audit.ts';
import {
  earlierEnd,
  type OperatorRecord,
  type Role,
  type Status,
  statusOf,
  type TokenRecord,
} from './record.ts';

/** A token as the API shows it. Times are milliseconds since the epoch. */
export interface WireToken {
  readonly id: string;
  readonly name: string;
  /** `updated_at` of a token that never expires. */
  readonly expiration_date: number;
  /** null: never. */
  readonly expires_at: number | null;
  readonly active: boolean;
  readonly write: boolean;
  readonly status: Status;
  readonly description: string;
  readonly created_by: string;
  readonly created_at: number;
  readonly updated_at: number;
  readonly last_used_at: number | null;
  readonly revision: number;
  readonly hint: string;
  /** What it had before and still opens doors, oldest first. */
  readonly former_values: readonly WireFormer[];
}

/** A value that was rotated out and has not ended yet. */
export interface WireFormer {
  readonly hint: string;
  /** null: it has no time of its own. */
  readonly ends_at: number | null;
  readonly until_first_use: boolean;
}

export interface WireOperator {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly expiration_date: number;
  readonly expires_at: number | null;
  readonly active: boolean;
  readonly status: Status;
  readonly description: string;
  readonly created_by: string;
  readonly created_at: number;
  readonly updated_at: number;
  readonly revision: number;
  readonly hint: string;
}

/** A connected copy of all tokens. Times are milliseconds since the epoch. */
export interface WireReplica {
  readonly name: string;
  /** The name of the operator whose key it uses. */
  readonly operator: string;
  readonly connected_at: number;
  /** It asks again and again, in place of following. */
  readonly poll: boolean;
  /** The newest change it has confirmed, and when it did. */
  readonly revision: number;
  readonly confirmed_at: number;
  /** Since when it lacks a change, as far as it has confirmed; 0: it lacks none. */
  readonly age_ms: number;
}

/** What replicas said to a caller who waited for them. */
export interface WireConfirmation {
  /** Up to here they were waited for. */
  readonly revision: number;
  readonly replicas: {
    /** How many have applied it. */
    readonly confirmed: number;
    /** The names of those that have not said so. */
    readonly pending: readonly string[];
  };
}

export interface WireAuditEntry {
  readonly sequence: number;
  readonly at: number;
  readonly actor: string;
  readonly actor_id: string | null;
  readonly action: string;
  readonly target_id: string | null;
  readonly target_name: string | null;
  readonly outcome: string;
  readonly address: string | null;
  readonly request_id: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
  /** Hexadecimal. */
  readonly hash: string;
}

/** Something that was done as asked and may not be what was meant. */
export interface Warning {
  readonly field: string;
  readonly message: string;
}

/** Every answer of the API that is not an error. */
export interface Envelope<Item> extends Partial<WireConfirmation> {
  readonly data: readonly Item[];
  readonly warnings?: readonly Warning[];
  readonly next_cursor?: string | null;
}

/** RFC 9457. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly request_id: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
}

function wireFormers({ formers, expiresAt }: TokenRecord, now: number): WireFormer[] {
  return formers
    .map(({ hint, endsAt, untilFirstUse }) => ({
      hint,
      ends_at: earlierEnd(endsAt, expiresAt),
      until_first_use: untilFirstUse,
    }))
    .filter(({ ends_at }) => ends_at === null || now < ends_at);
}

export function wireToken(record: TokenRecord, now: number): WireToken {
  return {
    id: record.id,
    name: record.name,
    expiration_date: record.expiresAt ?? record.updatedAt,
    expires_at: record.expiresAt,
    active: record.active,
    write: record.write,
    status: statusOf(record, now),
    description: record.description,
    created_by: record.createdBy,
    created_at: record.createdAt,
    updated_at: record.updatedAt,
    last_used_at: record.lastUsedAt,
    revision: record.revision,
    hint: record.hint,
    former_values: wireFormers(record, now),
  };
}

export function wireOperator(record: OperatorRecord, now: number): WireOperator {
  return {
    id: record.id,
    name: record.name,
    role: record.role,
    expiration_date: record.expiresAt ?? record.updatedAt,
    expires_at: record.expiresAt,
    active: record.active,
    status: statusOf(record, now),
    description: record.description,
    created_by: record.createdBy,
    created_at: record.createdAt,
    updated_at: record.updatedAt,
    revision: record.revision,
    hint: record.hint,
  };
}

export function wireAuditEntry(entry: AuditEntry): WireAuditEntry {
  return {
    sequence: entry.sequence,
    at: entry.at,
    actor: entry.actor,
    actor_id: entry.actorId,
    action: entry.action,
    target_id: entry.targetId,
    target_name: entry.targetName,
    outcome: entry.outcome,
    address: entry.address,
    request_id: entry.requestId,
    detail: entry.detail,
    hash: Buffer.from(entry.hash).toString('hex'),
  };
}

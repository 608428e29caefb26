/** The tables as both engines hold them. Yes and no are 1 and 0, times are milliseconds since the epoch. */
export interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly digest: Uint8Array;
  readonly sealed: Uint8Array | null;
  readonly hint: string;
  readonly expires_at: number | null;
  readonly active: number;
  readonly write: number;
  readonly description: string;
  readonly created_by: string;
  readonly created_at: number;
  readonly updated_at: number;
  readonly last_used_at: number | null;
  readonly revision: number;
  readonly position: number;
}

/** A value that a token had before; they are in the order of their positions. */
export interface FormerRow {
  readonly digest: Uint8Array;
  readonly token_id: string;
  readonly hint: string;
  readonly ends_at: number | null;
  readonly until_first_use: number;
  /** The revision of the change that took the token's present value away from it. */
  readonly position: number;
}

export interface OperatorRow {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly digest: Uint8Array;
  readonly hint: string;
  readonly expires_at: number | null;
  readonly active: number;
  readonly description: string;
  readonly created_by: string;
  readonly created_at: number;
  readonly updated_at: number;
  readonly revision: number;
  readonly position: number;
}

export interface JournalTableRow {
  readonly revision: number;
  readonly at: number;
  readonly kind: string;
  /** The id of the token or operator. */
  readonly subject: string;
  readonly digest: Uint8Array;
  /** The full new state as JSON without id and digest; null for what was removed. */
  readonly state: string | null;
  readonly chain: Uint8Array;
}

export interface AuditRow {
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
  readonly detail: string;
  readonly hash: Uint8Array;
}

/** The one row that every commit takes hold of first: it numbers the changes, so they are in order without a gap. */
export interface HeadRow {
  readonly id: number;
  readonly epoch: string;
  readonly revision: number;
  readonly chain: Uint8Array;
  readonly audit_sequence: number;
  readonly audit_hash: Uint8Array;
}

export interface IdempotencyRow {
  readonly operator_id: string;
  readonly key: string;
  readonly fingerprint: Uint8Array;
  readonly token_id: string;
  readonly created_at: number;
}

export interface MetaRow {
  readonly key: string;
  readonly value: string;
}

export interface Schema {
  token: TokenRow;
  former: FormerRow;
  operator: OperatorRow;
  journal: JournalTableRow;
  audit: AuditRow;
  head: HeadRow;
  idempotency: IdempotencyRow;
  meta: MetaRow;
}

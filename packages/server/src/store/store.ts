import type { AuditDraft, AuditEntry } from '@hallpass/core/audit';
import type { Change, Head, OperatorState } from '@hallpass/core/change';
import type { OperatorId, TokenId } from '@hallpass/core/id';
import type { OperatorRecord, Role, Status, TokenRecord } from '@hallpass/core/record';

export type NewToken = Omit<TokenRecord, 'revision' | 'position' | 'lastUsedAt'>;
export type NewOperator = Omit<OperatorRecord, 'revision' | 'position'>;

/**
 * One change of one row, with what must be so for it to happen. Every write names exactly the row it means by
 * its id, and the revision it was read at; what has moved on since is left alone and the outcome says so.
 * A replacement says all values the token has from then on: one it had before and has no more is gone for good. What
 * it had as its present value may become the last of its formers; nothing else may be added to them.
 * One mutation makes a journal row for each value it touches, the present one's last: that is its revision.
 */
export type Mutation =
  | { readonly kind: 'none' }
  | { readonly kind: 'insert_token'; readonly token: NewToken }
  | { readonly kind: 'replace_token'; readonly token: NewToken; readonly ifRevision: number }
  | {
      readonly kind: 'delete_token';
      readonly token: Pick<TokenRecord, 'id' | 'digest'>;
      readonly ifRevision: number;
    }
  | { readonly kind: 'insert_operator'; readonly operator: NewOperator }
  | {
      readonly kind: 'replace_operator';
      readonly operator: NewOperator;
      readonly ifRevision: number;
      /**
       * Refuse if it is the last active owner without an end, for one that will end keeps nobody in for good; where there
       * is none without an end, if it is the last active one.
       */
      readonly otherOwner: boolean;
    }
  | {
      readonly kind: 'delete_operator';
      readonly operator: Pick<OperatorRecord, 'id' | 'digest'>;
      readonly ifRevision: number;
      readonly otherOwner: boolean;
    };

/**
 * Makes a change of a token safe to repeat: the same key of the same operator does it once in 24 hours, counted
 * by the times of the audit drafts. A refused mutation uses up no key.
 */
export interface Idempotency {
  readonly operatorId: OperatorId;
  readonly key: string;
  /** SHA-256 of the request, 32 bytes. */
  readonly fingerprint: Uint8Array;
}

/** Who asks for a write, and in which of the roles that may. */
export interface Asking extends Pick<OperatorState, 'id' | 'digest'> {
  readonly roles: readonly Role[];
}

export interface Write {
  readonly mutation: Mutation;
  /**
   * Refuse unless this operator is active, has not ended by the time of the commit or that of the audit draft, and has
   * this key and one of these roles. Null: no operator asks for it.
   */
  readonly by: Asking | null;
  /** Written in the same transaction, whatever the outcome; a refused mutation puts its kind into `outcome`. */
  readonly audit: AuditDraft;
  readonly idempotency?: Idempotency;
}

/** Why a mutation was not made; where several apply, the first of these. The first two are about who asks for it. */
export type Refusal =
  | 'invalid_token'
  | 'insufficient_scope'
  | 'revision_mismatch'
  | 'last_owner'
  | 'name_taken';

export type Outcome =
  | {
      readonly kind: 'done' /** null when nothing but the audit trail changed */;
      readonly revision: number | null;
    }
  | { readonly kind: Refusal }
  | Repeated;

/** An idempotency key was used before: by this request, and for this token. Nothing was written. */
export interface Repeated {
  readonly kind: 'repeated';
  readonly fingerprint: Uint8Array;
  readonly tokenId: TokenId;
}

/** A change as the journal keeps it, with the bytes that chain it to the one before. */
export type JournalEntry = Change & { readonly chain: Uint8Array };

/** Times are milliseconds since the epoch; `now` decides what has expired. All given conditions must hold. */
export interface TokenFilter {
  readonly now: number;
  readonly status?: Status;
  readonly write?: boolean;
  /** Part of the name or the description, literally, in any case of ASCII letters. */
  readonly search?: string;
  readonly expiresBefore?: number;
  /** Not used since this time, or never. */
  readonly unusedSince?: number;
  readonly createdBy?: string;
}

export interface Use {
  readonly id: TokenId;
  readonly lastUsedAt: number;
}

/** The head, and the bytes that close a row: null when it is not kept, or there is no such row yet. */
export interface Place {
  readonly head: Head;
  readonly chain: Uint8Array | null;
}

/** A row is not to be kept when it is older than `since`, or when `rows` others are newer. */
export interface JournalWindow {
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** At least 1. */
  readonly rows: number;
}

/** All tokens of one moment, and the place they stand for. */
export interface Snapshot {
  readonly head: Head;
  readonly count: number;
  /** The next packed batch (see `@hallpass/core/packed`); undefined behind the last. */
  next(): Promise<Uint8Array | undefined>;
  /** Lets go of the transaction; a second call does nothing. */
  end(): Promise<void>;
}

/**
 * Durable truth. An engine keeps no rule of its own: it does what a mutation says, in the transaction that also
 * writes journal row, revision and audit entry. Every method rejects with a StoreError when the engine cannot
 * do its work; what was acknowledged is on disk.
 */
export interface Store {
  readonly engine: 'sqlite' | 'postgres';
  /** Rows of the `meta` table: what the database knows of itself. */
  readMeta(key: string): Promise<string | undefined>;
  writeMeta(key: string, value: string): Promise<void>;

  /** Writes made while another commit is under way share the next one. Resolves when it is durable. */
  commit(write: Write): Promise<Outcome>;
  /**
   * Calls `listener` with every committed change, in the order of revisions and before the `commit` that made it
   * resolves. What a listener throws ends the process: what it has not taken in would be missing for good.
   */
  follow(listener: (entries: readonly JournalEntry[]) => void): void;
  /**
   * All values of all tokens as packed batches (see `@hallpass/core/packed`), and the position they stand for. First their
   * number. The batches are of one moment.
   */
  load(onCount: (count: number) => void, onBatch: (batch: Uint8Array) => void): Promise<Head>;

  /** What an earlier write with this key did, if there was one in the 24 hours before `now`. */
  findRepeated(idempotency: Idempotency, now: number): Promise<Repeated | undefined>;

  tokenByName(name: string): Promise<TokenRecord | undefined>;
  tokenById(id: TokenId): Promise<TokenRecord | undefined>;
  /** In the order of creation, behind the position `after`, at most `limit`. */
  listTokens(filter: TokenFilter, after: number, limit: number): Promise<TokenRecord[]>;
  /** Tokens with a former value that ends at the first use of a newer one. */
  tokensAwaitingUse(): Promise<TokenRecord[]>;
  /** Tokens with a former value whose own time is over at `now`, at most `limit`. */
  tokensWithEndedValues(now: number, limit: number): Promise<TokenRecord[]>;
  operatorByName(name: string): Promise<OperatorRecord | undefined>;
  /** All of them, in the order of creation. */
  listOperators(): Promise<OperatorRecord[]>;
  /** Newest first, below the sequence `before`, at most `limit`. */
  listAudit(before: number | null, limit: number): Promise<AuditEntry[]>;
  /** The journal behind the revision `after`, at most `limit` rows. */
  listChanges(after: number, limit: number): Promise<JournalEntry[]>;
  /** The newest place in the journal. */
  readHead(): Promise<Head>;
  /** What the journal knows of a revision, at one moment. */
  findPlace(revision: number): Promise<Place>;
  /**
   * Removes the oldest rows of the journal that are not to be kept, at most `limit`, and says how many. Those that
   * stay are without a gap, and the newest one stays always.
   */
  trimChanges(window: JournalWindow, limit: number): Promise<number>;
  /** All tokens as of now, in a read transaction that goes on until it is ended. Commits go on beside it. */
  openSnapshot(): Promise<Snapshot>;

  /** Moves last use forward. Not a change: no revision, no journal, no audit entry. */
  noteUses(uses: readonly Use[]): Promise<void>;
  /** Everything into the main file, then closed. */
  close(): Promise<void>;
}

/** Why an engine could not do its work. Each has its own exit code when it happens at the start. */
export type StoreFault = 'in_use' | 'not_a_database' | 'damaged' | 'newer_schema' | 'missing' | 'unavailable';

export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly fault: StoreFault;

  /** `message` says what is wrong and what to do, for the operator of the server. */
  constructor(fault: StoreFault, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.fault = fault;
  }
}

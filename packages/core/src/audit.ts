import { hashOf } from './digest.ts';

/** What can be done; each is a line of the audit trail. */
export const ACTIONS = [
  'token.create',
  'token.list',
  'token.replace',
  'token.change',
  'token.delete',
  'token.reveal',
  'token.rotate',
  'token.retire',
  'token.introspect',
  'token.revoke',
  'operator.create',
  'operator.list',
  'operator.change',
  'operator.delete',
  'audit.read',
  'metrics.read',
  'feed.follow',
  'replica.list',
  'usage.report',
  'store.bootstrap',
  'store.restore',
] as const;
export type Action = (typeof ACTIONS)[number];

/** Who did what to what, from where, with what outcome. Never a value, a key or a digest. */
export interface AuditDraft {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The operator's name; `system`; or `bearer`, whoever held the value itself. */
  readonly actor: string;
  readonly actorId: string | null;
  readonly action: Action;
  readonly targetId: string | null;
  readonly targetName: string | null;
  /** `done`, or the error code the caller got. */
  readonly outcome: string;
  readonly address: string | null;
  readonly requestId: string | null;
  /** What changed, by field of the API: `{ "active": [true, false] }`. */
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface AuditEntry extends AuditDraft {
  /** 1, 2, 3 … without a gap. */
  readonly sequence: number;
  /** SHA-256 over the hash of the entry before and this entry's content. */
  readonly hash: Uint8Array;
}

export const FIRST_HASH: Uint8Array = new Uint8Array(32);

/** The hash of an entry that stands at `sequence` behind one whose hash is `previous`. */
export function auditHash(previous: Uint8Array, sequence: number, entry: AuditDraft): Uint8Array {
  const content = [
    sequence,
    entry.at,
    entry.actor,
    entry.actorId,
    entry.action,
    entry.targetId,
    entry.targetName,
    entry.outcome,
    entry.address,
    entry.requestId,
    JSON.stringify(entry.detail),
  ];
  return hashOf(Buffer.concat([previous, Buffer.from(JSON.stringify(content))]));
}

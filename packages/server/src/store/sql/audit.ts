import { type Action, type AuditDraft, type AuditEntry, auditHash } from '@hallpass/core/audit';
import type { Kysely } from 'kysely';
import type { AuditRow, Schema } from './schema.ts';

/** The row of an entry that stands at `sequence` behind one whose hash is `previous`. */
export function auditRow(draft: AuditDraft, sequence: number, previous: Uint8Array): AuditRow {
  return {
    sequence,
    at: draft.at,
    actor: draft.actor,
    actor_id: draft.actorId,
    action: draft.action,
    target_id: draft.targetId,
    target_name: draft.targetName,
    outcome: draft.outcome,
    address: draft.address,
    request_id: draft.requestId,
    detail: JSON.stringify(draft.detail),
    hash: auditHash(previous, sequence, draft),
  };
}

export function entryOf(row: AuditRow): AuditEntry {
  return {
    sequence: row.sequence,
    at: row.at,
    actor: row.actor,
    actorId: row.actor_id,
    action: row.action as Action,
    targetId: row.target_id,
    targetName: row.target_name,
    outcome: row.outcome,
    address: row.address,
    requestId: row.request_id,
    detail: JSON.parse(row.detail) as AuditEntry['detail'],
    hash: row.hash,
  };
}

export async function listAudit(
  db: Kysely<Schema>,
  before: number | null,
  limit: number,
): Promise<AuditEntry[]> {
  const newest = db.selectFrom('audit').selectAll().orderBy('sequence', 'desc').limit(limit);
  const rows = await (before === null ? newest : newest.where('sequence', '<', before)).execute();
  return rows.map(entryOf);
}

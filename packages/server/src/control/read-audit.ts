import type { AuditEntry } from '@hallpass/core/audit';
import { authorise } from './authorise.ts';
import type { Caller } from './caller.ts';
import type { Control } from './control.ts';

/** The audit trail, newest first, below the sequence `before`. */
export async function readAudit(
  control: Control,
  caller: Caller,
  before: number | null,
  limit: number,
): Promise<AuditEntry[]> {
  await authorise(control, caller, 'audit.read', null);
  return control.store.listAudit(before, limit);
}

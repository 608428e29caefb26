import type { Action, AuditDraft } from '@hallpass/core/audit';
import { HallpassError } from '@hallpass/core/errors';
import type { Role } from '@hallpass/core/record';
import { showsSecret } from '@hallpass/core/token';
import type { Asking } from '../store/store.ts';
import type { Caller } from './caller.ts';
import type { Control } from './control.ts';

const MAY: Readonly<Record<Action, readonly Role[]>> = {
  'token.create': ['owner', 'manager'],
  'token.list': ['owner', 'manager', 'auditor'],
  'token.replace': ['owner', 'manager'],
  'token.change': ['owner', 'manager'],
  'token.delete': ['owner', 'manager'],
  'token.reveal': ['owner', 'manager'],
  'token.rotate': ['owner', 'manager'],
  'token.retire': [],
  'token.introspect': ['owner', 'verifier'],
  'token.revoke': [],
  'operator.create': ['owner'],
  'operator.list': ['owner'],
  'operator.change': ['owner'],
  'operator.delete': ['owner'],
  'audit.read': ['owner', 'manager', 'auditor'],
  'metrics.read': ['owner', 'manager', 'auditor', 'verifier'],
  'feed.follow': ['owner', 'verifier'],
  'replica.list': ['owner', 'manager', 'auditor'],
  'usage.report': ['owner', 'verifier'],
  'store.bootstrap': [],
  'store.restore': [],
};

export function may(role: Role, action: Action): boolean {
  return MAY[action].includes(role);
}

/**
 * A refused caller may name anything: the trail keeps as much of it as a name can have and the store can take, and no
 * value or key.
 */
function targetOf(name: string | null): string | null {
  if (name === null || showsSecret(name)) return null;
  return name.slice(0, LONGEST_TARGET).replaceAll('\0', '\ufffd').toWellFormed();
}

const LONGEST_TARGET = 255;

/** What the write of a use case carries: who asks, to be held against the store once more, and the audit entry, as done. */
export interface Permit {
  readonly by: Asking;
  readonly audit: AuditDraft;
}

/**
 * Every use case begins here. A caller whose role does not suffice gets a 403, and the attempt is on record before the
 * answer leaves.
 */
export async function authorise(
  control: Control,
  caller: Caller,
  action: Action,
  targetName: string | null,
): Promise<Permit> {
  const draft: AuditDraft = {
    at: control.clock(),
    actor: caller.operator.name,
    actorId: caller.operator.id,
    action,
    targetId: null,
    targetName: targetOf(targetName),
    outcome: 'done',
    address: caller.address,
    requestId: caller.requestId,
    detail: {},
  };
  const { id, digest, role } = caller.operator;
  if (may(role, action)) return { by: { id, digest, roles: MAY[action] }, audit: draft };
  await control.store.commit({
    mutation: { kind: 'none' },
    by: null,
    audit: { ...draft, outcome: 'insufficient_scope' },
  });
  throw new HallpassError(
    'insufficient_scope',
    `An operator with the role ${role} may not do this; it takes ${MAY[action].join(' or ')}.`,
  );
}

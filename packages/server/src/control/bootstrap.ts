import type { Secret } from '@hallpass/core/secret';
import type { Control } from './control.ts';
import { operatorWithKey } from './operators.ts';

/** Makes the first owner of a store that has no operator. False when there is one already. */
export async function bootstrapOwner(control: Control, key: Secret): Promise<boolean> {
  if ((await control.store.listOperators()).length > 0) return false;
  const now = control.clock();
  const input = { name: 'owner', role: 'owner', expiresAt: null, active: true, description: '' } as const;
  const operator = operatorWithKey(control, input, key, 'system', now);
  const outcome = await control.store.commit({
    mutation: { kind: 'insert_operator', operator },
    by: null,
    audit: {
      at: now,
      actor: 'system',
      actorId: null,
      action: 'store.bootstrap',
      targetId: operator.id,
      targetName: operator.name,
      outcome: 'done',
      address: null,
      requestId: null,
      detail: { role: 'owner' },
    },
  });
  return outcome.kind === 'done';
}

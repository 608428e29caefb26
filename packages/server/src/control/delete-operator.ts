import type { OperatorRecord } from '@hallpass/core/record';
import { authorise } from './authorise.ts';
import type { Caller } from './caller.ts';
import type { Control } from './control.ts';
import { nameFrom } from './fields.ts';
import { existingOperator } from './operators.ts';
import { type IfMatch, rewrite } from './rewrite.ts';

/** Removes an operator; its key is refused from then on. */
export async function deleteOperator(
  control: Control,
  caller: Caller,
  named: string,
  ifMatch?: IfMatch,
): Promise<OperatorRecord> {
  const { by, audit } = await authorise(control, caller, 'operator.delete', named);
  const name = nameFrom(named);
  return rewrite(
    { turns: control.turns, kind: 'operator', name },
    () => existingOperator(control.store, name),
    ifMatch,
    async (operator) => {
      const now = control.clock();
      return {
        outcome: await control.store.commit({
          mutation: {
            kind: 'delete_operator',
            operator,
            ifRevision: operator.revision,
            otherOwner: operator.role === 'owner',
          },
          by,
          audit: { ...audit, at: now, targetId: operator.id, targetName: name },
        }),
        result: () => operator,
      };
    },
  );
}

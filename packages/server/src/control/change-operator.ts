import type { OperatorRecord } from '@hallpass/core/record';
import type { Warning } from '@hallpass/core/wire';
import type { NewOperator } from '../store/store.ts';
import { authorise } from './authorise.ts';
import type { Caller } from './caller.ts';
import type { Control } from './control.ts';
import { descriptionFrom, expiryWarnings, nameFrom, newNameFrom } from './fields.ts';
import { existingOperator, type OperatorInput, operatorChanges } from './operators.ts';
import { type IfMatch, rewrite } from './rewrite.ts';

/** What is to be otherwise; what is absent stays. */
export type OperatorChanges = Partial<Omit<OperatorInput, 'name'>> & { readonly newName?: string };

/** Changes what is named. Its key stays the same. */
export async function changeOperator(
  control: Control,
  caller: Caller,
  named: string,
  changes: OperatorChanges,
  ifMatch?: IfMatch,
): Promise<{ record: OperatorRecord; warnings: readonly Warning[] }> {
  const { by, audit } = await authorise(control, caller, 'operator.change', named);
  const name = nameFrom(named);
  const { newName, description, ...rest } = changes;
  const renamed = newName === undefined ? {} : { name: newNameFrom(newName, 'new_name') };
  const noted = description === undefined ? {} : { description: descriptionFrom(description) };
  return rewrite(
    { turns: control.turns, kind: 'operator', name },
    () => existingOperator(control.store, name),
    ifMatch,
    async (before) => {
      const now = control.clock();
      const { revision, position, ...current } = before;
      const operator: NewOperator = { ...current, ...rest, ...renamed, ...noted, updatedAt: now };
      const staysOwner = operator.role === 'owner' && operator.active && operator.expiresAt === null;
      const outcome = await control.store.commit({
        mutation: {
          kind: 'replace_operator',
          operator,
          ifRevision: revision,
          otherOwner: before.role === 'owner' && !staysOwner,
        },
        by,
        audit: {
          ...audit,
          at: now,
          targetId: before.id,
          targetName: name,
          detail: operatorChanges(before, operator),
        },
      });
      return {
        outcome,
        result: (written) => ({
          record: { ...operator, position, revision: written },
          warnings: rest.expiresAt === undefined ? [] : expiryWarnings(rest.expiresAt, now),
        }),
      };
    },
  );
}

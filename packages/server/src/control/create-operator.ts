import type { OperatorRecord } from '@hallpass/core/record';
import type { Secret } from '@hallpass/core/secret';
import { mint } from '@hallpass/core/token';
import type { Warning } from '@hallpass/core/wire';
import { authorise } from './authorise.ts';
import type { Caller } from './caller.ts';
import type { Control } from './control.ts';
import { descriptionFrom, expiryWarnings, newNameFrom } from './fields.ts';
import { type OperatorInput, operatorWithKey } from './operators.ts';
import { refuse } from './rewrite.ts';

/** Makes an operator. Its key is in this answer and nowhere else. */
export async function createOperator(
  control: Control,
  caller: Caller,
  input: OperatorInput,
): Promise<{ record: OperatorRecord; key: Secret; warnings: readonly Warning[] }> {
  const { by, audit } = await authorise(control, caller, 'operator.create', input.name);
  const name = newNameFrom(input.name);
  const description = descriptionFrom(input.description);
  const now = control.clock();
  const key = mint('hpo_', control.random);
  const operator = operatorWithKey(control, { ...input, name, description }, key, caller.operator.name, now);
  const { role, expiresAt, active } = input;
  const outcome = await control.store.commit({
    mutation: { kind: 'insert_operator', operator },
    by,
    audit: {
      ...audit,
      targetId: operator.id,
      targetName: name,
      detail: { role, expires_at: expiresAt, active },
    },
  });
  if (outcome.kind !== 'done') return refuse(outcome.kind === 'repeated' ? 'name_taken' : outcome.kind);
  const revision = outcome.revision as number;
  return {
    record: { ...operator, revision, position: revision },
    key,
    warnings: expiryWarnings(expiresAt, now),
  };
}

import { digestOf } from '@hallpass/core/digest';
import { HallpassError } from '@hallpass/core/errors';
import { newOperatorId } from '@hallpass/core/id';
import type { OperatorRecord, Role } from '@hallpass/core/record';
import type { Secret } from '@hallpass/core/secret';
import { hintOf } from '@hallpass/core/token';
import type { NewOperator, Store } from '../store/store.ts';
import type { Control } from './control.ts';
import { differences } from './differences.ts';

export interface OperatorInput {
  readonly name: string;
  readonly role: Role;
  readonly expiresAt: number | null;
  readonly active: boolean;
  readonly description: string;
}

/** The fields of an operator that an owner sets, as the API names them. */
const SHOWN = {
  name: 'name',
  role: 'role',
  expires_at: 'expiresAt',
  active: 'active',
  description: 'description',
} as const satisfies Record<string, keyof NewOperator>;

/** The operator with this name, or `operator_not_found`. */
export async function existingOperator(store: Store, name: string): Promise<OperatorRecord> {
  const operator = await store.operatorByName(name);
  if (operator) return operator;
  throw new HallpassError(
    'operator_not_found',
    'Check the name; the list of operators shows which there are.',
  );
}

/** A new operator's record; only the digest of `key` goes into it. */
export function operatorWithKey(
  control: Pick<Control, 'random'>,
  input: OperatorInput,
  key: Secret,
  createdBy: string,
  now: number,
): NewOperator {
  return {
    ...input,
    id: newOperatorId(now, control.random),
    digest: digestOf(key.reveal()),
    hint: hintOf(key.reveal(), 'hpo_'),
    createdBy,
    createdAt: now,
    updatedAt: now,
  };
}

export function operatorChanges(
  before: OperatorRecord,
  after: NewOperator,
): Record<string, [unknown, unknown]> {
  return differences<NewOperator>(before, after, SHOWN);
}

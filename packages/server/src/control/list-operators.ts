import type { OperatorRecord } from '@hallpass/core/record';
import { authorise } from './authorise.ts';
import type { Caller } from './caller.ts';
import type { Control } from './control.ts';

/** All of them, in the order of creation. */
export async function listOperators(control: Control, caller: Caller): Promise<OperatorRecord[]> {
  await authorise(control, caller, 'operator.list', null);
  return control.store.listOperators();
}

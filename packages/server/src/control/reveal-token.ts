import { HallpassError } from '@hallpass/core/errors';
import type { TokenRecord } from '@hallpass/core/record';
import type { Secret } from '@hallpass/core/secret';
import { authorise, type Permit } from './authorise.ts';
import type { Caller } from './caller.ts';
import type { Control } from './control.ts';
import { nameFrom } from './fields.ts';
import { refuse } from './rewrite.ts';
import { existingToken } from './tokens.ts';

/** Shows the value a token has now. */
export async function revealToken(control: Control, caller: Caller, named: string): Promise<Secret> {
  const permit = await authorise(control, caller, 'token.reveal', named);
  return openValue(control, permit, await existingToken(control.store, nameFrom(named)));
}

/** A token's value for an answer. It is on record that it is shown before it is. */
export async function openValue(
  control: Control,
  { by, audit }: Permit,
  token: TokenRecord,
): Promise<Secret> {
  const target = { ...audit, targetId: token.id, targetName: token.name };
  try {
    const value = control.vault.open(token.id, token.sealed);
    const outcome = await control.store.commit({ mutation: { kind: 'none' }, by, audit: target });
    if (outcome.kind !== 'done' && outcome.kind !== 'repeated') refuse(outcome.kind);
    return value;
  } catch (error) {
    if (error instanceof HallpassError && error.code === 'value_not_held') {
      await control.store.commit({
        mutation: { kind: 'none' },
        by,
        audit: { ...target, outcome: error.code },
      });
    }
    throw error;
  }
}

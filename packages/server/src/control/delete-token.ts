import type { TokenRecord } from '@hallpass/core/record';
import { authorise } from './authorise.ts';
import type { Caller } from './caller.ts';
import type { Control } from './control.ts';
import { nameFrom } from './fields.ts';
import { type IfMatch, rewrite } from './rewrite.ts';
import { existingToken } from './tokens.ts';

/** Removes a token for good, and gives it as it was. */
export async function deleteToken(
  control: Control,
  caller: Caller,
  named: string,
  ifMatch?: IfMatch,
): Promise<TokenRecord> {
  const { by, audit } = await authorise(control, caller, 'token.delete', named);
  const name = nameFrom(named);
  return rewrite(
    { turns: control.turns, kind: 'token', name },
    () => existingToken(control.store, name),
    ifMatch,
    async (token) => ({
      outcome: await control.store.commit({
        mutation: { kind: 'delete_token', token, ifRevision: token.revision },
        by,
        audit: { ...audit, at: control.clock(), targetId: token.id, targetName: name },
      }),
      result: () => token,
    }),
  );
}

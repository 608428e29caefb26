import type { TokenRecord } from '@hallpass/core/record';
import type { Warning } from '@hallpass/core/wire';
import type { NewToken } from '../store/store.ts';
import { authorise } from './authorise.ts';
import type { Caller } from './caller.ts';
import type { Control } from './control.ts';
import { descriptionFrom, expiryWarnings, nameFrom, newNameFrom } from './fields.ts';
import { type IfMatch, rewrite } from './rewrite.ts';
import { existingToken, tokenChanges } from './tokens.ts';

/** What is to be otherwise; what is absent stays. */
export interface TokenChanges {
  readonly newName?: string;
  readonly expiresAt?: number | null;
  readonly active?: boolean;
  readonly write?: boolean;
  readonly description?: string;
}

export interface ChangedToken {
  readonly record: TokenRecord;
  readonly warnings: readonly Warning[];
}

/** Gives a token new properties. Its value stays the same. */
export async function changeToken(
  control: Control,
  caller: Caller,
  action: 'token.replace' | 'token.change',
  named: string,
  changes: TokenChanges,
  ifMatch?: IfMatch,
): Promise<ChangedToken> {
  const { by, audit } = await authorise(control, caller, action, named);
  const name = nameFrom(named);
  const { newName, description, ...rest } = changes;
  const renamed = newName === undefined ? {} : { name: newNameFrom(newName, 'new_name') };
  const noted = description === undefined ? {} : { description: descriptionFrom(description) };
  return rewrite(
    { turns: control.turns, kind: 'token', name },
    () => existingToken(control.store, name),
    ifMatch,
    async (before) => {
      const now = control.clock();
      const { revision, position, lastUsedAt, ...current } = before;
      const token: NewToken = { ...current, ...rest, ...renamed, ...noted, updatedAt: now };
      const outcome = await control.store.commit({
        mutation: { kind: 'replace_token', token, ifRevision: revision },
        by,
        audit: {
          ...audit,
          at: now,
          targetId: before.id,
          targetName: name,
          detail: tokenChanges(before, token),
        },
      });
      return {
        outcome,
        result: (written) => ({
          record: { ...token, lastUsedAt, position, revision: written },
          warnings: rest.expiresAt === undefined ? [] : expiryWarnings(rest.expiresAt, now),
        }),
      };
    },
  );
}

import { HallpassError } from '@hallpass/core/errors';
import type { TokenId } from '@hallpass/core/id';
import { sha256 } from '@hallpass/core/sha256';
import { readForm } from '@hallpass/core/token';
import type { TokenTable } from '@hallpass/core/token-table';
import type { Caller } from './caller.ts';
import type { Control } from './control.ts';
import { rewrite } from './rewrite.ts';
import { tokenChanges, tokenWithId } from './tokens.ts';

/**
 * Makes the token with this value inactive. Whoever holds a value may give it up: there is no other right to ask
 * for, and only an operator can take it back. False when there was nothing to revoke.
 */
export async function revokeByValue(
  control: Control,
  tokens: Pick<TokenTable, 'find'>,
  value: string,
  from: Omit<Caller, 'operator'>,
): Promise<boolean> {
  const bytes = readForm(value, 'hp_');
  const found = bytes && tokens.find(sha256(bytes, value.length));
  if (!found?.active) return false;
  try {
    return await deactivate(control, found.id, from);
  } catch (error) {
    if (error instanceof HallpassError && error.code === 'token_not_found') return false;
    throw error;
  }
}

async function deactivate(
  { store, clock, turns }: Control,
  id: TokenId,
  { address, requestId }: Omit<Caller, 'operator'>,
): Promise<boolean> {
  const { name } = await tokenWithId(store, id);
  return rewrite(
    { turns, kind: 'token', name },
    () => tokenWithId(store, id),
    undefined,
    async (before) => {
      if (!before.active) return { outcome: { kind: 'done', revision: null }, result: () => false };
      const now = clock();
      const { revision, position, lastUsedAt, ...current } = before;
      const token = { ...current, active: false, updatedAt: now };
      const outcome = await store.commit({
        mutation: { kind: 'replace_token', token, ifRevision: revision },
        audit: {
          at: now,
          actor: 'bearer',
          actorId: null,
          action: 'token.revoke',
          targetId: id,
          targetName: before.name,
          outcome: 'done',
          address,
          requestId,
          detail: tokenChanges(before, token),
        },
      });
      return { outcome, result: () => true };
    },
  );
}

import { type Digest, digestOf } from '@hallpass/core/digest';
import { HallpassError } from '@hallpass/core/errors';
import type { TokenId } from '@hallpass/core/id';
import type { TokenRecord } from '@hallpass/core/record';
import { sha256 } from '@hallpass/core/sha256';
import { readForm } from '@hallpass/core/token';
import type { TokenTable } from '@hallpass/core/token-table';
import type { NewToken } from '../store/store.ts';
import type { Caller } from './caller.ts';
import type { Control } from './control.ts';
import { rewrite } from './rewrite.ts';
import { tokenChanges, tokenWithId } from './tokens.ts';

/**
 * Ends the value for whoever holds it: there is no other right to ask for, and only an operator can take it back.
 * The present value of a token takes the token with it; a former one ends alone, because whoever holds it has no
 * claim to the newer ones. False when there was nothing to revoke.
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
    return await end(control, found.id, digestOf(value), from);
  } catch (error) {
    if (error instanceof HallpassError && error.code === 'token_not_found') return false;
    throw error;
  }
}

/** The token without this value; undefined when it does not have it, or is not active. */
function without(before: TokenRecord, value: Digest, now: number): NewToken | undefined {
  const { revision, position, lastUsedAt, ...current } = before;
  if (!before.active) return undefined;
  if (before.digest === value) return { ...current, active: false, updatedAt: now };
  const formers = before.formers.filter(({ digest }) => digest !== value);
  return formers.length < before.formers.length ? { ...current, formers } : undefined;
}

async function end(
  { store, clock, turns }: Control,
  id: TokenId,
  value: Digest,
  { address, requestId }: Omit<Caller, 'operator'>,
): Promise<boolean> {
  const { name } = await tokenWithId(store, id);
  return rewrite(
    { turns, kind: 'token', name },
    () => tokenWithId(store, id),
    undefined,
    async (before) => {
      const now = clock();
      const token = without(before, value, now);
      if (!token) return { outcome: { kind: 'done', revision: null }, result: () => false };
      const outcome = await store.commit({
        mutation: { kind: 'replace_token', token, ifRevision: before.revision },
        by: null,
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

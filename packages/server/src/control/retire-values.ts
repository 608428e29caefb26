import { HallpassError } from '@hallpass/core/errors';
import type { TokenId } from '@hallpass/core/id';
import type { Former } from '@hallpass/core/record';
import type { Control } from './control.ts';
import { rewrite } from './rewrite.ts';
import { tokenChanges, tokenWithId } from './tokens.ts';

/** Why a former value is over: a newer one was used, or its own time has passed. */
export type RetireReason = 'first_use' | 'ended';

/** Takes the former values that are over from a token, on record. Who does so is no operator but the clock, or a use. */
export async function retireValues(
  control: Control,
  id: TokenId,
  reason: RetireReason,
  isOver: (former: Former) => boolean,
): Promise<void> {
  try {
    await retire(control, id, reason, isOver);
  } catch (error) {
    if (!(error instanceof HallpassError && error.code === 'token_not_found')) throw error;
  }
}

async function retire(
  { store, clock, turns }: Control,
  id: TokenId,
  reason: RetireReason,
  isOver: (former: Former) => boolean,
): Promise<void> {
  const { name } = await tokenWithId(store, id);
  await rewrite(
    { turns, kind: 'token', name },
    () => tokenWithId(store, id),
    undefined,
    async (before) => {
      const { revision, position, lastUsedAt, ...current } = before;
      const token = { ...current, formers: before.formers.filter((former) => !isOver(former)) };
      if (token.formers.length === before.formers.length) {
        return { outcome: { kind: 'done', revision: null }, result: () => {} };
      }
      const outcome = await store.commit({
        mutation: { kind: 'replace_token', token, ifRevision: revision },
        by: null,
        audit: {
          at: clock(),
          actor: 'system',
          actorId: null,
          action: 'token.retire',
          targetId: id,
          targetName: before.name,
          outcome: 'done',
          address: null,
          requestId: null,
          detail: { reason, ...tokenChanges(before, token) },
        },
      });
      return { outcome, result: () => {} };
    },
  );
}

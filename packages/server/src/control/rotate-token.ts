import { digestOf } from '@hallpass/core/digest';
import { HallpassError } from '@hallpass/core/errors';
import { earlierEnd, type Former, type TokenRecord } from '@hallpass/core/record';
import type { Secret } from '@hallpass/core/secret';
import { hintOf, mint } from '@hallpass/core/token';
import type { NewToken } from '../store/store.ts';
import { authorise } from './authorise.ts';
import type { Caller } from './caller.ts';
import type { Control } from './control.ts';
import { type CreatedToken, repeatedToken } from './create-token.ts';
import { expiryWarnings, LATEST_EXPIRY, nameFrom } from './fields.ts';
import { idempotencyOf } from './idempotency.ts';
import { type IfMatch, rewrite } from './rewrite.ts';
import { existingToken, tokenChanges } from './tokens.ts';

/** So many values a token may have had that still open doors. */
export const MOST_FORMERS = 8;

export interface Rotation {
  readonly name: string;
  /** Milliseconds; absent: the old value ends at once or, with `untilFirstUse`, has no time of its own. */
  readonly overlap?: number;
  readonly untilFirstUse: boolean;
  /** Absent: as it was. */
  readonly expiresAt?: number | null;
}

/** Whether nothing but the new value is to work from now on. */
function endsAtOnce({ overlap, untilFirstUse }: Rotation): boolean {
  return overlap === 0 || (overlap === undefined && !untilFirstUse);
}

/** The values that go on beside the new one. Throws `too_many_values`. */
function formersAfter(before: TokenRecord, rotation: Rotation, now: number): readonly Former[] {
  if (endsAtOnce(rotation)) return [];
  const { overlap, untilFirstUse } = rotation;
  const own = overlap === undefined ? null : Math.min(now + overlap, LATEST_EXPIRY);
  const endsAt = earlierEnd(own, before.expiresAt);
  const { digest, hint } = before;
  const formers = [...before.formers, { digest, hint, endsAt, untilFirstUse }].filter(
    (former) => former.endsAt === null || now < former.endsAt,
  );
  if (formers.length <= MOST_FORMERS) return formers;
  throw new HallpassError(
    'too_many_values',
    `${MOST_FORMERS} former values of this token still work. Wait until one has ended, or rotate without overlap to end all of them.`,
  );
}

function successorOf(control: Control, before: TokenRecord, rotation: Rotation, value: Secret): NewToken {
  const now = control.clock();
  const { revision, position, lastUsedAt, ...current } = before;
  return {
    ...current,
    digest: digestOf(value.reveal()),
    sealed: control.vault.seal(before.id, value),
    hint: hintOf(value.reveal(), 'hp_'),
    expiresAt: rotation.expiresAt === undefined ? before.expiresAt : rotation.expiresAt,
    formers: formersAfter(before, rotation, now),
    updatedAt: now,
  };
}

function detailOf(
  { overlap, untilFirstUse }: Rotation,
  before: TokenRecord,
  after: NewToken,
): Record<string, unknown> {
  const asked = { ...(overlap === undefined ? {} : { overlap }), until_first_use: untilFirstUse };
  return { ...asked, ...tokenChanges(before, after) };
}

/**
 * Gives a token a new value under the same name and id. The old one goes on as the rotation says, and never past its
 * own expiry. With an idempotency key the same request gives the same token again, for 24 hours.
 */
export async function rotateToken(
  control: Control,
  caller: Caller,
  rotation: Rotation,
  { ifMatch, idempotencyKey }: { ifMatch?: IfMatch; idempotencyKey?: string | undefined } = {},
): Promise<CreatedToken> {
  const { by, audit } = await authorise(control, caller, 'token.rotate', rotation.name);
  const name = nameFrom(rotation.name);
  const { store, turns, clock } = control;
  const repeatable = idempotencyOf(caller, idempotencyKey, ['rotate', { ...rotation, name }]);
  // Before the record is looked at: what was done the first time has changed it.
  const first = repeatable && (await store.findRepeated(repeatable, clock()));
  if (first) return repeatedToken(control, caller, first, repeatable);
  return rewrite(
    { turns, kind: 'token', name },
    () => existingToken(store, name),
    ifMatch,
    async (before) => {
      const value = mint('hp_', control.random);
      const token = successorOf(control, before, rotation, value);
      const outcome = await store.commit({
        mutation: { kind: 'replace_token', token, ifRevision: before.revision },
        by,
        audit: {
          ...audit,
          at: token.updatedAt,
          targetId: token.id,
          targetName: name,
          detail: detailOf(rotation, before, token),
        },
        ...(repeatable ? { idempotency: repeatable } : {}),
      });
      if (outcome.kind === 'repeated') {
        const again = await repeatedToken(control, caller, outcome, repeatable);
        return { outcome: { kind: 'done', revision: null }, result: () => again };
      }
      const { position, lastUsedAt } = before;
      return {
        outcome,
        result: (revision): CreatedToken => ({
          record: { ...token, lastUsedAt, position, revision },
          value,
          warnings: expiryWarnings(token.expiresAt, token.updatedAt),
        }),
      };
    },
  );
}

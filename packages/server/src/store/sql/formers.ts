import { type Digest, digestFromBytes, digestToBytes } from '@hallpass/core/digest';
import type { TokenId } from '@hallpass/core/id';
import type { Former } from '@hallpass/core/record';
import type { Kysely } from 'kysely';
import type { NewToken } from '../store.ts';
import { runKnown } from './known-query.ts';
import type { FormerRow, Schema } from './schema.ts';

function formerOf(row: FormerRow): Former {
  return {
    digest: digestFromBytes(row.digest),
    hint: row.hint,
    endsAt: row.ends_at,
    untilFirstUse: row.until_first_use === 1,
  };
}

/** The former values of one token, oldest first. */
export async function formersOf(db: Kysely<Schema>, id: TokenId): Promise<Former[]> {
  const rows = await db
    .selectFrom('former')
    .selectAll()
    .where('token_id', '=', id)
    .orderBy('position')
    .execute();
  return rows.map(formerOf);
}

/** The former values of all tokens from one place in the order of creation to another, by token. */
export async function formersBetween(
  db: Kysely<Schema>,
  first: number,
  last: number,
): Promise<Map<string, Former[]>> {
  const rows = await db
    .selectFrom('token')
    .innerJoin('former', 'former.token_id', 'token.id')
    .selectAll('former')
    .where('token.position', '>=', first)
    .where('token.position', '<=', last)
    .orderBy('former.position')
    .execute();
  const found = new Map<string, Former[]>();
  for (const row of rows) {
    const known = found.get(row.token_id);
    if (known) known.push(formerOf(row));
    else found.set(row.token_id, [formerOf(row)]);
  }
  return found;
}

export async function isFormer(db: Kysely<Schema>, digest: Digest): Promise<boolean> {
  const bytes = digestToBytes(digest);
  const former = () => db.selectFrom('former').select('position').where('digest', '=', bytes);
  return (await runKnown(db, 'is former', former, [bytes])).rows.length > 0;
}

/** Brings the former values of a token from those it had to those it has, as part of the change `revision`. */
export async function replaceFormers(
  db: Kysely<Schema>,
  before: readonly Former[],
  { id, formers }: Pick<NewToken, 'id' | 'formers'>,
  revision: number,
): Promise<void> {
  const kept = new Set(formers.map(({ digest }) => digest));
  for (const { digest } of before) {
    if (!kept.delete(digest)) await removeFormer(db, digest);
  }
  for (const { digest, hint, endsAt, untilFirstUse } of formers) {
    if (!kept.has(digest)) continue;
    const row = { digest: digestToBytes(digest), token_id: id, hint, ends_at: endsAt };
    await db
      .insertInto('former')
      .values({ ...row, until_first_use: untilFirstUse ? 1 : 0, position: revision })
      .execute();
  }
}

async function removeFormer(db: Kysely<Schema>, digest: Digest): Promise<void> {
  await db.deleteFrom('former').where('digest', '=', digestToBytes(digest)).execute();
}

import { type Change, statesOf } from '@hallpass/core/change';
import { type Digest, digestToBytes } from '@hallpass/core/digest';
import type { TokenRecord } from '@hallpass/core/record';
import type { Kysely } from 'kysely';
import type { NewToken, Refusal } from '../store.ts';
import { formersOf, isFormer, replaceFormers } from './formers.ts';
import { removed, tokenChanges, type WritePoint } from './journal.ts';
import { insertTokenRow } from './known-query.ts';
import type { Schema } from './schema.ts';
import { isTaken, stands } from './standing.ts';
import { newTokenRow, tokenByIdAt, tokenColumns } from './tokens.ts';

type Mutated = readonly Change[] | Refusal;

export async function insertToken(db: Kysely<Schema>, token: NewToken, place: WritePoint): Promise<Mutated> {
  if (token.formers.length > 0) throw new TypeError('A new token has had no value before.');
  await requireUnknown(db, token.digest);
  const inserted = await insertTokenRow(db, newTokenRow(token, place.revision));
  return inserted ? tokenChanges([], statesOf(token), place) : 'name_taken';
}

/** No two tokens have a value in common, former ones included; the columns see to the rest of it. */
async function requireUnknown(db: Kysely<Schema>, digest: Digest): Promise<void> {
  if (await isFormer(db, digest)) throw new TypeError('This value belongs to a token already.');
}

/** What was the present value may follow the former ones that stay, and nothing else may. */
function requireSuccession(before: TokenRecord, after: NewToken): void {
  const order = [...before.formers.map(({ digest }) => digest), before.digest];
  let last = -1;
  for (const { digest } of after.formers) {
    const at = order.indexOf(digest);
    if (at <= last || digest === after.digest) throw new TypeError('The token had no such value before.');
    last = at;
  }
}

export async function replaceToken(
  db: Kysely<Schema>,
  token: NewToken,
  ifRevision: number,
  place: WritePoint,
): Promise<Mutated> {
  const before = await tokenByIdAt(db, token.id, ifRevision);
  if (!before) return 'revision_mismatch';
  if (await isTaken(db, 'token', token.name, token.id)) return 'name_taken';
  requireSuccession(before, token);
  if (token.digest !== before.digest) await requireUnknown(db, token.digest);
  const has = new Set([token.digest, ...token.formers.map(({ digest }) => digest)]);
  const gone = [...before.formers, before].map(({ digest }) => digest).filter((digest) => !has.has(digest));
  const changes = tokenChanges(
    gone.map((digest) => ({ id: token.id, digest })),
    statesOf(token),
    place,
  );
  const revision = place.revision + changes.length - 1;
  const columns = { ...tokenColumns(token), revision };
  await db.updateTable('token').set(columns).where('id', '=', token.id).execute();
  await replaceFormers(db, before.formers, token, revision);
  return changes;
}

export async function deleteToken(
  db: Kysely<Schema>,
  { id, digest }: Pick<TokenRecord, 'id' | 'digest'>,
  ifRevision: number,
  place: WritePoint,
): Promise<Mutated> {
  if (!(await stands(db, 'token', id, digestToBytes(digest), ifRevision))) return 'revision_mismatch';
  const formers = await formersOf(db, id);
  await replaceFormers(db, formers, { id, formers: [] }, place.revision);
  await db.deleteFrom('token').where('id', '=', id).execute();
  return removed([...formers.map((former) => ({ id, digest: former.digest })), { id, digest }], place);
}

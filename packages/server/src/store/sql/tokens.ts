import { digestFromBytes, digestToBytes } from '@hallpass/core/digest';
import type { TokenId } from '@hallpass/core/id';
import type { Former, TokenRecord } from '@hallpass/core/record';
import { type Expression, type ExpressionBuilder, type Kysely, type SqlBool, sql } from 'kysely';
import type { NewToken, TokenFilter, Use } from '../store.ts';
import { formersBetween, formersOf } from './formers.ts';
import { runKnown } from './known-query.ts';
import type { Schema, TokenRow } from './schema.ts';

/** The columns a replaced token takes anew: all but its id, its last use and its place. */
export function tokenColumns(
  token: NewToken,
): Omit<TokenRow, 'id' | 'last_used_at' | 'revision' | 'position'> {
  return {
    digest: digestToBytes(token.digest),
    name: token.name,
    sealed: token.sealed,
    hint: token.hint,
    expires_at: token.expiresAt,
    active: token.active ? 1 : 0,
    write: token.write ? 1 : 0,
    description: token.description,
    created_by: token.createdBy,
    created_at: token.createdAt,
    updated_at: token.updatedAt,
  };
}

export function newTokenRow(token: NewToken, revision: number): TokenRow {
  return {
    id: token.id,
    ...tokenColumns(token),
    last_used_at: null,
    revision,
    position: revision,
  };
}

function recordOf(row: TokenRow, formers: readonly Former[]): TokenRecord {
  return {
    id: row.id as TokenId,
    name: row.name,
    digest: digestFromBytes(row.digest),
    sealed: row.sealed,
    hint: row.hint,
    expiresAt: row.expires_at,
    active: row.active === 1,
    write: row.write === 1,
    description: row.description,
    createdBy: row.created_by,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    lastUsedAt: row.last_used_at,
    formers,
    revision: row.revision,
    position: row.position,
  };
}

async function tokenBy(
  db: Kysely<Schema>,
  column: 'name' | 'id',
  value: string,
): Promise<TokenRecord | undefined> {
  const row = await db.selectFrom('token').selectAll().where(column, '=', value).executeTakeFirst();
  return row && recordOf(row, await formersOf(db, row.id as TokenId));
}

/** The token if it is still at this revision. */
export async function tokenByIdAt(
  db: Kysely<Schema>,
  id: TokenId,
  revision: number,
): Promise<TokenRecord | undefined> {
  const token = await tokenById(db, id);
  return token?.revision === revision ? token : undefined;
}

export function tokenByName(db: Kysely<Schema>, name: string): Promise<TokenRecord | undefined> {
  return tokenBy(db, 'name', name);
}

export function tokenById(db: Kysely<Schema>, id: TokenId): Promise<TokenRecord | undefined> {
  return tokenBy(db, 'id', id);
}

type Tokens = ExpressionBuilder<Schema, 'token'>;

function contains(column: 'name' | 'description', text: string): Expression<SqlBool> {
  const folded = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()).replace(/[\\%_]/g, '\\$&');
  return sql<SqlBool>`lower(${sql.ref(column)}) like ${`%${folded}%`} escape '\\'`;
}

function hasStatus(
  token: Tokens,
  status: NonNullable<TokenFilter['status']>,
  now: number,
): Expression<SqlBool> {
  if (status === 'inactive') return token('active', '=', 0);
  const within =
    status === 'expired'
      ? token('expires_at', '<=', now)
      : token.or([token('expires_at', 'is', null), token('expires_at', '>', now)]);
  return token.and([token('active', '=', 1), within]);
}

function conditions(token: Tokens, filter: TokenFilter): Expression<SqlBool>[] {
  const { status, write, search, expiresBefore, unusedSince, createdBy } = filter;
  const all: Expression<SqlBool>[] = [];
  if (status !== undefined) all.push(hasStatus(token, status, filter.now));
  if (write !== undefined) all.push(token('write', '=', write ? 1 : 0));
  if (search !== undefined) all.push(token.or([contains('name', search), contains('description', search)]));
  if (expiresBefore !== undefined) all.push(token('expires_at', '<', expiresBefore));
  if (unusedSince !== undefined) {
    all.push(token.or([token('last_used_at', 'is', null), token('last_used_at', '<', unusedSince)]));
  }
  if (createdBy !== undefined) all.push(token('created_by', '=', createdBy));
  return all;
}

export async function listTokens(
  db: Kysely<Schema>,
  filter: TokenFilter,
  after: number,
  limit: number,
): Promise<TokenRecord[]> {
  const rows = await db
    .selectFrom('token')
    .selectAll()
    .where('position', '>', after)
    .where((token) => token.and(conditions(token, filter)))
    .orderBy('position')
    .limit(limit)
    .execute();
  return withFormers(db, rows);
}

/** Rows in the order of creation, as records. */
async function withFormers(db: Kysely<Schema>, rows: readonly TokenRow[]): Promise<TokenRecord[]> {
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last) return [];
  const formers = await formersBetween(db, first.position, last.position);
  return rows.map((row) => recordOf(row, formers.get(row.id) ?? []));
}

export async function tokensAwaitingUse(db: Kysely<Schema>): Promise<TokenRecord[]> {
  const awaiting = db.selectFrom('former').select('token_id').where('until_first_use', '=', 1);
  const rows = await db
    .selectFrom('token')
    .selectAll()
    .where('id', 'in', awaiting)
    .orderBy('position')
    .execute();
  return withFormers(db, rows);
}

export async function tokensWithEndedValues(
  db: Kysely<Schema>,
  now: number,
  limit: number,
): Promise<TokenRecord[]> {
  const ended = db.selectFrom('former').select('token_id').where('ends_at', '<=', now);
  const rows = await db
    .selectFrom('token')
    .selectAll()
    .where('id', 'in', ended)
    .orderBy('position')
    .limit(limit)
    .execute();
  return withFormers(db, rows);
}

/** In one transaction. A use that is older than the one known, or of a token that is gone, changes nothing. */
export async function noteUses(db: Kysely<Schema>, uses: readonly Use[]): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    for (const { id, lastUsedAt } of uses) {
      const note = () =>
        transaction
          .updateTable('token')
          .set({ last_used_at: lastUsedAt })
          .where('id', '=', id)
          .where((token) =>
            token.or([token('last_used_at', 'is', null), token('last_used_at', '<', lastUsedAt)]),
          );
      await runKnown(transaction, 'note use', note, [lastUsedAt, id, lastUsedAt]);
    }
  });
}

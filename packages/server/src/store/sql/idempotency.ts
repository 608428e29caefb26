import type { TokenId } from '@hallpass/core/id';
import type { Kysely } from 'kysely';
import type { Idempotency, Repeated, Write } from '../store.ts';
import type { Schema } from './schema.ts';

const KEPT_MS = 24 * 60 * 60 * 1000;

/** What an earlier write with this key did, if it is less than 24 hours ago. */
export async function findRepeated(
  db: Kysely<Schema>,
  { operatorId, key }: Idempotency,
  now: number,
): Promise<Repeated | undefined> {
  const row = await db
    .selectFrom('idempotency')
    .select(['fingerprint', 'token_id'])
    .where('operator_id', '=', operatorId)
    .where('key', '=', key)
    .where('created_at', '>', now - KEPT_MS)
    .executeTakeFirst();
  return row && { kind: 'repeated', fingerprint: row.fingerprint, tokenId: row.token_id as TokenId };
}

/** Remembers what the write made under its key, and forgets what is older than 24 hours. */
export async function remember(db: Kysely<Schema>, { mutation, idempotency, audit }: Write): Promise<void> {
  if (idempotency === undefined) return;
  if (!('token' in mutation)) throw new TypeError('Only a change of a token can have an idempotency key.');
  await db
    .deleteFrom('idempotency')
    .where('created_at', '<=', audit.at - KEPT_MS)
    .execute();
  const { operatorId, key, fingerprint } = idempotency;
  await db
    .insertInto('idempotency')
    .values({
      operator_id: operatorId,
      key,
      fingerprint,
      token_id: mutation.token.id,
      created_at: audit.at,
    })
    .execute();
}

import type { Head } from '@hallpass/core/change';
import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';

export function readHead(db: Kysely<Schema>): Promise<Head> {
  return db.selectFrom('head').select(['epoch', 'revision', 'chain']).executeTakeFirstOrThrow();
}

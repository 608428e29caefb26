import type { Head } from '@hallpass/core/change';
import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';

export function readHead(db: Kysely<Schema>): Promise<Head> {
  return db.selectFrom('head').select(['epoch', 'revision', 'chain']).executeTakeFirstOrThrow();
}

/**
 * Gives the history another name, so that nobody goes on from a place in the old one: who follows starts over. Every
 * database has a name from the moment it is made; a restored one needs a new one, because it goes back.
 */
export async function renewEpoch(db: Kysely<Schema>, epoch: string): Promise<void> {
  await db.updateTable('head').set({ epoch }).execute();
}

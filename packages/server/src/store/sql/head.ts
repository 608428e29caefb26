import type { Head } from '@hallpass/core/change';
import type { Kysely } from 'kysely';
import { runKnown } from './known-query.ts';
import type { Schema } from './schema.ts';

export async function readHead(db: Kysely<Schema>): Promise<Head> {
  const read = () => db.selectFrom('head').select(['epoch', 'revision', 'chain']);
  const [head] = (await runKnown(db, 'read head', read, [])).rows;
  if (head === undefined) throw noHead();
  return head;
}

/** There is always one: it is made with the tables. */
export function noHead(): Error {
  return new Error('The database has no head.');
}

/**
 * Gives the history another name, so that nobody goes on from a place in the old one: who follows starts over. Every
 * database has a name from the moment it is made; a restored one needs a new one, because it goes back.
 */
export async function renewEpoch(db: Kysely<Schema>, epoch: string): Promise<void> {
  await db.updateTable('head').set({ epoch }).execute();
}

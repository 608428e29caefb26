import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '@hallpass/core/digest';
import { newTokenId } from '@hallpass/core/id';
import { hintOf, mint } from '@hallpass/core/token';
import { openSqlite } from 'hallpass/store/sqlite/open';
import type { Write } from 'hallpass/store/store';

const GROUP = 256;
const MOST_KEPT = 1_000;

function createOf(number: number, value: string): Write {
  const now = Date.now();
  const id = newTokenId(now, randomBytes);
  const name = `service-${String(number).padStart(8, '0')}`;
  return {
    mutation: {
      kind: 'insert_token',
      token: {
        id,
        name,
        digest: digestOf(value),
        // As long as a sealed value; nothing here ever opens it.
        sealed: randomBytes(68),
        hint: hintOf(value, 'hp_'),
        expiresAt: null,
        active: true,
        write: true,
        description: '',
        formers: [],
        createdBy: 'owner',
        createdAt: now,
        updatedAt: now,
      },
    },
    by: null,
    audit: {
      at: now,
      actor: 'owner',
      actorId: null,
      action: 'token.create',
      targetId: id,
      targetName: name,
      outcome: 'done',
      address: '127.0.0.1',
      requestId: null,
      detail: { expires_at: null, active: true, write: true },
    },
  };
}

/** Makes a data folder with so many tokens, through the store, and returns the values of the first 1,000. */
export async function prepareData(folder: string, count: number): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  const store = await openSqlite({ file: join(folder, 'hallpass.db'), random: randomBytes, clock: Date.now });
  const values: string[] = [];
  for (let made = 0; made < count; made += GROUP) {
    const writes = Array.from({ length: Math.min(GROUP, count - made) }, (_, i) => {
      const value = mint('hp_', randomBytes).reveal();
      if (values.length < MOST_KEPT) values.push(value);
      return createOf(made + i, value);
    });
    for (const { kind } of await Promise.all(writes.map((write) => store.commit(write)))) {
      if (kind !== 'done') throw new Error(`A token could not be made: ${kind}.`);
    }
  }
  await store.close();
  return values;
}

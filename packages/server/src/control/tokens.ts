import { HallpassError } from '@hallpass/core/errors';
import type { TokenId } from '@hallpass/core/id';
import type { TokenRecord } from '@hallpass/core/record';
import type { NewToken, Store } from '../store/store.ts';
import { differences } from './differences.ts';

/** The fields of a token that an operator sets, as the API names them. */
const SHOWN = {
  name: 'name',
  expires_at: 'expiresAt',
  active: 'active',
  write: 'write',
  description: 'description',
} as const satisfies Record<string, keyof NewToken>;

/** The token with this name, or `token_not_found`. */
export async function existingToken(store: Store, name: string): Promise<TokenRecord> {
  return found(await store.tokenByName(name));
}

/** The token with this id, or `token_not_found`. */
export async function tokenWithId(store: Store, id: TokenId): Promise<TokenRecord> {
  return found(await store.tokenById(id));
}

function found(token: TokenRecord | undefined): TokenRecord {
  if (token) return token;
  throw new HallpassError('token_not_found', 'Check the name; the list of tokens shows which there are.');
}

function countOf({ formers }: NewToken): { formers: number } {
  return { formers: formers.length };
}

export function tokenChanges(before: TokenRecord, after: NewToken): Record<string, [unknown, unknown]> {
  const values = differences(countOf(before), countOf(after), { former_values: 'formers' });
  return { ...differences<NewToken>(before, after, SHOWN), ...values };
}

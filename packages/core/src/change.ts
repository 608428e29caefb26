import { createHash } from 'node:crypto';
import { digestToBytes } from './digest.ts';
import type { OperatorId, TokenId } from './id.ts';
import type { OperatorRecord, TokenRecord } from './record.ts';

/** What a change says of a token: everything a decision needs, nothing else. */
export type TokenState = Pick<TokenRecord, 'id' | 'name' | 'digest' | 'expiresAt' | 'active' | 'write'>;
export type OperatorState = Omit<OperatorRecord, 'revision' | 'position'>;

/** One numbered change: always the full new state, never a difference. */
export type Change = { readonly revision: number; readonly at: number } & (
  | { readonly kind: 'token'; readonly token: TokenState }
  | { readonly kind: 'token_removed'; readonly token: Pick<TokenState, 'id' | 'digest'> }
  | { readonly kind: 'operator'; readonly operator: OperatorState }
  | { readonly kind: 'operator_removed'; readonly operator: Pick<OperatorState, 'id' | 'digest'> }
);

/** Where a journal stands: which history (`epoch`), how far (`revision`), and by which road (`chain`, 16 bytes). */
export interface Head {
  readonly epoch: string;
  readonly revision: number;
  readonly chain: Uint8Array;
}

export const FIRST_CHAIN: Uint8Array = new Uint8Array(16);

function subjectOf(change: Change): { subject: TokenId | OperatorId; digest: string; state: unknown } {
  switch (change.kind) {
    case 'token': {
      const { id, digest, name, expiresAt, active, write } = change.token;
      return {
        subject: id,
        digest: digestToBytes(digest).toString('hex'),
        state: [name, expiresAt, active, write],
      };
    }
    case 'operator': {
      const { id, digest, name, role, expiresAt, active } = change.operator;
      return {
        subject: id,
        digest: digestToBytes(digest).toString('hex'),
        state: [name, role, expiresAt, active],
      };
    }
    case 'token_removed':
      return {
        subject: change.token.id,
        digest: digestToBytes(change.token.digest).toString('hex'),
        state: null,
      };
    case 'operator_removed':
      return {
        subject: change.operator.id,
        digest: digestToBytes(change.operator.digest).toString('hex'),
        state: null,
      };
  }
}

/**
 * The 16 bytes that close a journal row: SHA-256 over the bytes of the row before and this row's content,
 * cut to its first half. Two journals that agree in it agree in everything up to there.
 */
export function chain(previous: Uint8Array, change: Change): Uint8Array {
  const { subject, digest, state } = subjectOf(change);
  return createHash('sha256')
    .update(previous)
    .update(JSON.stringify([change.revision, change.at, change.kind, subject, digest, state]))
    .digest()
    .subarray(0, 16);
}

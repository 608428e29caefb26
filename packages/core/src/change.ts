import { digestToBytes, hashOf } from './digest.ts';
import type { OperatorId, TokenId } from './id.ts';
import { earlierEnd, type OperatorRecord, type TokenRecord } from './record.ts';

/** What a change says of one value of a token: everything a decision needs, nothing else. */
export interface TokenState
  extends Pick<TokenRecord, 'id' | 'name' | 'digest' | 'expiresAt' | 'active' | 'write'> {
  /**
   * Said of a value that is not the token's present one. For servers, which end some of them: replicas are not
   * told, and no chain covers it.
   */
  readonly former?: FormerPlace;
}

export interface FormerPlace {
  /** 0 is the oldest former value of its token. */
  readonly place: number;
  readonly untilFirstUse: boolean;
}

/**
 * What there is to know of every value of a token, the present one last. A former one never outlives its token and
 * may never do more.
 */
export function statesOf(token: Omit<TokenState, 'former'> & Pick<TokenRecord, 'formers'>): TokenState[] {
  const { id, name, digest, expiresAt, active, write, formers } = token;
  const former = formers.map(
    (each, place): TokenState => ({
      id,
      name,
      digest: each.digest,
      expiresAt: earlierEnd(each.endsAt, expiresAt),
      active,
      write,
      former: { place, untilFirstUse: each.untilFirstUse },
    }),
  );
  return [...former, { id, name, digest, expiresAt, active, write }];
}

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

export const CHAIN_BYTES = 16;
export const FIRST_CHAIN: Uint8Array = new Uint8Array(CHAIN_BYTES);

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

/** SHA-256 of all that a change says, 32 bytes: what stands in the chain for its content. */
export function contentHash(change: Change): Uint8Array {
  const { subject, digest, state } = subjectOf(change);
  return hashOf(JSON.stringify([change.revision, change.at, change.kind, subject, digest, state]));
}

/** What the chain takes of a row. It can be known of a row whose content may not. */
export interface Link {
  readonly revision: number;
  /** Whether the row speaks of an operator, so that replicas are shown its hash alone. */
  readonly hidden: boolean;
  readonly hash: Uint8Array;
}

export function linkOf(change: Change): Link {
  const hidden = change.kind === 'operator' || change.kind === 'operator_removed';
  return { revision: change.revision, hidden, hash: contentHash(change) };
}

/** The 16 bytes behind a link: SHA-256 over the bytes of the row before and the link, cut to its first half. */
export function chainLink(previous: Uint8Array, { revision, hidden, hash }: Link): Uint8Array {
  const link = Buffer.from(`${hidden ? 'hidden' : 'shown'} ${revision} `);
  return hashOf(Buffer.concat([previous, link, hash])).subarray(0, CHAIN_BYTES);
}

/** The 16 bytes that close a journal row. Two journals that agree in it agree in everything up to there. */
export function chain(previous: Uint8Array, change: Change): Uint8Array {
  return chainLink(previous, linkOf(change));
}

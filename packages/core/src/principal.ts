import type { TokenId } from './id.ts';

/**
 * Whom a valid token stands for. Exists only inside an allow verdict: nothing but the token table behind
 * `decide` can make one.
 */
export interface Principal {
  readonly id: TokenId;
  /** Percent-encoded UTF-8, as it travels in `X-Hallpass-Token-Name`. Empty once the token is removed. */
  readonly encodedName: string;
  /** As given by the operator. Empty once the token is removed. */
  readonly name: string;
  readonly write: boolean;
  /** Milliseconds since the epoch, or null for never. */
  readonly expiresAt: number | null;
  /** The table's own handle, for counting uses. Belongs to this token only until the next change of the table. */
  readonly ref: number;
}

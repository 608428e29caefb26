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
  /** Writes the four packed words of the id: see `idAt` of packed-id. Cheaper than `id` where many are gathered. */
  writeId(into: Int32Array, at: number): void;
  /**
   * 32 bits of the digest of the value that was presented, see `spreadOf`: which of the token's values it is, and
   * where to look for what is remembered of it.
   */
  readonly spread: number;
  /** Whether both speak of the same value of the same token, on the same terms. */
  equals(other: Principal): boolean;
}

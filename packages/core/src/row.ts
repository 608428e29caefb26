/**
 * How a token lies in the table: twelve 32-bit words, side by side so that a check reads one place in memory.
 * Five of the digest, two of terms, one address of a name, four of the id.
 */
export const ROW = 12;
export const DIGEST_WORDS = 5;
/** The second word of the digest: what rows are ordered by. */
export const KEY = 1;
export const TERMS_LOW = 5;
/** Never 0 in a row that is taken. */
export const TERMS_HIGH = 6;
export const NAME = 7;
export const ID = 8;
export const ID_WORDS = 4;

export const ACTIVE = 1 << 16;
export const WRITE = 1 << 17;
export const TAKEN = 1 << 18;

/** 48 bits of milliseconds reach the year 10889; all ones mean never. */
const NEVER = 2 ** 48 - 1;

/** Writes until when and for what a token is good. Throws a RangeError for what is no time. */
export function packTerms(
  expiresAt: number | null,
  active: boolean,
  write: boolean,
): [low: number, high: number] {
  const expiry = expiresAt ?? NEVER;
  if (!Number.isSafeInteger(expiry) || expiry < 0 || expiry > NEVER) throw new RangeError('Not a time.');
  const flags = TAKEN | (active ? ACTIVE : 0) | (write ? WRITE : 0);
  return [expiry | 0, Math.floor(expiry / 2 ** 32) | flags];
}

/** Milliseconds since the epoch; Infinity for a token that never expires. */
export function endOf(low: number, high: number): number {
  const end = (high & 0xffff) * 2 ** 32 + (low >>> 0);
  return end === NEVER ? Number.POSITIVE_INFINITY : end;
}

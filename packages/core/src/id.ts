import type { RandomBytes } from './token.ts';

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A token id: `tok_` and a ULID, the public handle that is safe in logs and headers. */
export type TokenId = `tok_${string}`;
export type OperatorId = `opr_${string}`;

/** A ULID: 48 bits of milliseconds since the epoch, 80 random bits, in Crockford's base32. */
function ulid(now: number, random: RandomBytes): string {
  let time = '';
  for (let rest = now, i = 0; i < 10; i++, rest = Math.floor(rest / 32)) time = DIGITS[rest % 32] + time;
  let tail = '';
  for (const byte of random(16)) tail += DIGITS[byte & 31];
  return time + tail;
}

/** When the record with this id was made, in milliseconds since the epoch. */
export function madeAt(id: TokenId | OperatorId): number {
  let time = 0;
  for (const digit of id.slice(4, 14)) time = time * 32 + DIGITS.indexOf(digit);
  return time;
}

export function newTokenId(now: number, random: RandomBytes): TokenId {
  return `tok_${ulid(now, random)}`;
}

export function newOperatorId(now: number, random: RandomBytes): OperatorId {
  return `opr_${ulid(now, random)}`;
}

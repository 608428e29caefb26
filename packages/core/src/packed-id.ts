import type { TokenId } from './id.ts';

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const VALUE = new Int8Array(128).fill(-1);
for (let i = 0; i < DIGITS.length; i++) VALUE[DIGITS.charCodeAt(i)] = i;

/** Every pair of base32 digits: ten bits at a time are half the steps of five. */
const PAIRS: readonly string[] = Array.from(
  { length: 1024 },
  (_, i) => DIGITS.charAt(i >>> 5) + DIGITS.charAt(i & 31),
);

const PREFIX = 4;
const LENGTH = PREFIX + 26;

/** Writes the 128 bits of a token id as four 32-bit words. Throws a RangeError for anything but `tok_` and a ULID. */
export function packId(id: TokenId, into: Int32Array, at: number): void {
  if (id.length !== LENGTH || !id.startsWith('tok_')) throw new RangeError('Not a token id.');
  let word = 0;
  let bits = -2; // 26 digits are 130 bits, and a ULID's first two are zero.
  let to = at;
  for (let i = PREFIX; i < LENGTH; i++) {
    const digit = VALUE[id.charCodeAt(i)] ?? -1;
    if (digit === -1 || (i === PREFIX && digit > 7)) throw new RangeError('Not a token id.');
    bits += 5;
    if (bits < 32) word = (word << 5) | digit;
    else {
      bits -= 32;
      into[to++] = (word << (5 - bits)) | (digit >>> bits);
      word = digit & ((1 << bits) - 1);
    }
  }
}

/** The token id whose 128 bits are these four words. */
export function unpackId(a: number, b: number, c: number, d: number): TokenId {
  return `tok_${PAIRS[a >>> 24]}${PAIRS[(a >>> 14) & 1023]}${PAIRS[(a >>> 4) & 1023]}${
    PAIRS[((a & 15) << 6) | (b >>> 26)]
  }${PAIRS[(b >>> 16) & 1023]}${PAIRS[(b >>> 6) & 1023]}${PAIRS[((b & 63) << 4) | (c >>> 28)]}${
    PAIRS[(c >>> 18) & 1023]
  }${PAIRS[(c >>> 8) & 1023]}${PAIRS[((c & 255) << 2) | (d >>> 30)]}${PAIRS[(d >>> 20) & 1023]}${
    PAIRS[(d >>> 10) & 1023]
  }${PAIRS[d & 1023]}`;
}

/** The token id whose four words start at `at`. */
export function idAt(words: Int32Array, at: number): TokenId {
  return unpackId(
    words[at] as number,
    words[at + 1] as number,
    words[at + 2] as number,
    words[at + 3] as number,
  );
}

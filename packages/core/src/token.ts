import { Secret } from './secret.ts';

/** Fills `size` bytes from a cryptographic source, or throws. */
export type RandomBytes = (size: number) => Uint8Array;

/** Tokens open doors; operator keys manage tokens. Neither is ever taken for the other. */
export type Prefix = 'hp_' | 'hpo_';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BODY = 30;
const CHECKSUM = 6;

const CRC = new Int32Array(256);
for (let n = 0; n < 256; n++) {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  CRC[n] = c;
}

const IS_DIGIT = new Uint8Array(128);
for (const digit of DIGITS) IS_DIGIT[digit.charCodeAt(0)] = 1;

/** CRC-32 (IEEE 802.3) of the 30 characters from `start`, or -1 when one of them is no base62 digit. */
function crcOfBody(text: string, start: number): number {
  let crc = -1;
  for (let i = start; i < start + BODY; i++) {
    const code = text.charCodeAt(i);
    if (IS_DIGIT[code] !== 1) return -1;
    crc = (CRC[(crc ^ code) & 0xff] as number) ^ (crc >>> 8);
  }
  return (crc ^ -1) >>> 0;
}

/**
 * Whether `value` has the form of a token (or operator key): prefix, 30 base62 digits, and the 6 base62
 * digits of their checksum. A cheap answer that needs no hash and no look-up.
 */
export function hasForm(value: string, prefix: Prefix): boolean {
  const start = prefix.length;
  if (value.length !== start + BODY + CHECKSUM || !value.startsWith(prefix)) return false;
  let rest = crcOfBody(value, start);
  if (rest === -1) return false;
  for (let i = value.length - 1; i >= start + BODY; i--) {
    if (value.charCodeAt(i) !== DIGITS.charCodeAt(rest % 62)) return false;
    rest = Math.floor(rest / 62);
  }
  return rest === 0;
}

function randomDigits(random: RandomBytes): string {
  let digits = '';
  while (digits.length < BODY) {
    for (const byte of random(BODY * 2)) {
      // 248 is the largest multiple of 62 in a byte: what lies above would favour the first digits.
      if (byte < 248 && digits.length < BODY) digits += DIGITS[byte % 62];
    }
  }
  return digits;
}

/** A new value: 178 random bits behind `prefix`, closed by their checksum. Throws what `random` throws. */
export function mint(prefix: Prefix, random: RandomBytes): Secret {
  const body = randomDigits(random);
  let rest = crcOfBody(body, 0);
  let checksum = '';
  for (let i = 0; i < CHECKSUM; i++) {
    checksum = DIGITS[rest % 62] + checksum;
    rest = Math.floor(rest / 62);
  }
  return new Secret(prefix + body + checksum);
}

/** What may be shown of a value to tell it from others: its prefix and its last four characters. */
export function hintOf(value: string, prefix: Prefix): string {
  return `${prefix}…${value.slice(-4)}`;
}

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

const VALUE = new Int8Array(256).fill(-1);
for (let i = 0; i < DIGITS.length; i++) VALUE[DIGITS.charCodeAt(i)] = i;

const encoder = new TextEncoder();
const block = new Uint8Array(64);

/** CRC-32 (IEEE 802.3) of the 30 bytes from `start`, or -1 when one of them is no base62 digit. */
function crcOfBody(bytes: Uint8Array, start: number): number {
  let crc = -1;
  for (let i = start; i < start + BODY; i++) {
    const byte = bytes[i] as number;
    if (VALUE[byte] === -1) return -1;
    crc = (CRC[(crc ^ byte) & 0xff] as number) ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}

/** The number that the six base62 digits from `start` stand for, or NaN when one of them is none. */
function readChecksum(bytes: Uint8Array, start: number): number {
  let sum = 0;
  for (let i = start; i < start + CHECKSUM; i++) {
    const digit = VALUE[bytes[i] as number] as number;
    if (digit === -1) return Number.NaN;
    sum = sum * 62 + digit;
  }
  return sum;
}

/**
 * The bytes of `value` when it has the form of a token (or operator key): prefix, 30 base62 digits, and the 6
 * base62 digits of their checksum. They begin a 64-byte block, which is the same at every call. A cheap answer
 * that needs no hash and no look-up.
 */
export function readForm(value: string, prefix: Prefix): Uint8Array | undefined {
  const body = prefix.length;
  const length = body + BODY + CHECKSUM;
  // As many bytes as characters: all of them are ASCII.
  if (value.length !== length || encoder.encodeInto(value, block).written !== length) return undefined;
  for (let i = 0; i < body; i++) if (block[i] !== prefix.charCodeAt(i)) return undefined;
  const crc = crcOfBody(block, body);
  return crc !== -1 && crc === readChecksum(block, body + BODY) ? block : undefined;
}

export function hasForm(value: string, prefix: Prefix): boolean {
  return readForm(value, prefix) !== undefined;
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
  let rest = crcOfBody(encoder.encode(body), 0);
  let checksum = '';
  for (let i = 0; i < CHECKSUM; i++) {
    checksum = DIGITS[rest % 62] + checksum;
    rest = Math.floor(rest / 62);
  }
  return new Secret(prefix + body + checksum);
}

const IN_TEXT = /hpo?_[0-9A-Za-z]{36}/;

/** Whether a text has something in it that looks like a token or an operator key, whose place is not there. */
export function showsSecret(text: string): boolean {
  return IN_TEXT.test(text);
}

/** The text with no more of such than their prefixes. */
export function withoutSecrets(text: string): string {
  return text.replace(new RegExp(IN_TEXT, 'g'), (secret) => `${secret.slice(0, secret.indexOf('_') + 1)}…`);
}

/** What may be shown of a value to tell it from others: its prefix and its last four characters. */
export function hintOf(value: string, prefix: Prefix): string {
  return `${prefix}…${value.slice(-4)}`;
}

/** No bearer credential was sent. */
export const ABSENT: unique symbol = Symbol('absent');
/** A bearer credential was sent that no reading of RFC 6750 §2.1 can make sense of, or more than one. */
export const MALFORMED: unique symbol = Symbol('malformed');

/** What a request presents: a string in the form of a bearer token, not yet checked in any way. */
export type Presented = string | typeof ABSENT | typeof MALFORMED;

const SPACE = 0x20;
const EQUALS = 0x3d;

const IS_B64TOKEN = new Uint8Array(128);
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/') {
  IS_B64TOKEN[char.charCodeAt(0)] = 1;
}

const SCHEME = 'bearer';

function endOfScheme(value: string): number {
  for (let i = 0; i < SCHEME.length; i++) {
    if ((value.charCodeAt(i) | 0x20) !== SCHEME.charCodeAt(i)) return -1;
  }
  return SCHEME.length;
}

function isB64token(value: string, start: number, end: number): boolean {
  let i = start;
  while (i < end && IS_B64TOKEN[value.charCodeAt(i)] === 1) i++;
  if (i === start) return false;
  while (i < end && value.charCodeAt(i) === EQUALS) i++;
  return i === end;
}

/** Whether the value's scheme is the word `bearer` whole: `bearer-x` and `bearers` are other schemes. */
function isOtherScheme(value: string): boolean {
  if (endOfScheme(value) === -1) return true;
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]$/.test(value.charAt(SCHEME.length));
}

/**
 * Reads the value of one Authorization header (RFC 6750 §2.1: the scheme in any case, one or more spaces,
 * one token). Another scheme counts as no bearer credential at all.
 */
export function readAuthorization(value: string): Presented {
  let start = endOfScheme(value);
  if (start === -1 || value.charCodeAt(start) !== SPACE) return isOtherScheme(value) ? ABSENT : MALFORMED;
  while (value.charCodeAt(start) === SPACE) start++;
  let end = value.length;
  while (end > start && value.charCodeAt(end - 1) === SPACE) end--;
  return isB64token(value, start, end) ? value.slice(start, end) : MALFORMED;
}

function isAuthorization(name: string): boolean {
  return name.length === 13 && (name === 'Authorization' || name.toLowerCase() === 'authorization');
}

/**
 * Reads what a request presents from its raw headers (name, value, name, value …), as they came:
 * a parsed header object hides a second Authorization line, and two are never a choice to make.
 */
export function readCredential(rawHeaders: readonly string[]): Presented {
  let value: string | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (!isAuthorization(rawHeaders[i] as string)) continue;
    if (value !== undefined) return MALFORMED;
    value = rawHeaders[i + 1] as string;
  }
  return value === undefined ? ABSENT : readAuthorization(value);
}

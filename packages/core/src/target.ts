/** Why nobody can say which resource a target means: two readers of it may disagree. */
export type Ambiguity =
  | 'form'
  | 'authority'
  | 'fragment'
  | 'byte'
  | 'escape'
  | 'backslash'
  | 'slash'
  | 'dot_segment'
  | 'reserved';

/** A request target with one meaning only, in origin form and spelled as the client spelled it. */
export interface CanonicalTarget {
  readonly ok: true;
  /** Path and query: exactly what is forwarded. */
  readonly text: string;
  readonly path: string;
  /** With its `?`, or empty. */
  readonly query: string;
  /** Whether it lies under the reserved prefix. */
  readonly reserved: boolean;
}

export type Target = CanonicalTarget | { readonly ok: false; readonly reason: Ambiguity };

/** Reads a raw request target beside the value of the request's Host header. Never throws. */
export type TargetReader = (raw: string, host: string | undefined) => Target;

const AMBIGUOUS = Object.freeze(
  Object.fromEntries(
    (
      [
        'form',
        'authority',
        'fragment',
        'byte',
        'escape',
        'backslash',
        'slash',
        'dot_segment',
        'reserved',
      ] as const
    ).map((reason) => [reason, Object.freeze({ ok: false, reason })]),
  ),
) as { readonly [R in Ambiguity]: { readonly ok: false; readonly reason: R } };

const SLASH = 0x2f;
const DOT = 0x2e;
/** How often an escape may hide another one. Nobody needs two; a bound keeps hostile input cheap. */
const MOST_LEVELS = 8;

/** `.` or `..` as a segment, also with white space or parameters around it. */
const DOT_SEGMENT = /\/\s*\.{1,2}(?:[\s/;?#]|::|$)/;

const PATTERNS: readonly (readonly [RegExp, Ambiguity])[] = [
  [/\\|%5c/i, 'backslash'],
  [/\/\/|\/;|%2f/i, 'slash'],
  // Encoded control characters, and the overlong UTF-8 forms that old decoders turn into dots and slashes.
  [/%[01][0-9a-f]|%7f|%c[01]|%e0%[89]|%f0%8/i, 'byte'],
  [DOT_SEGMENT, 'dot_segment'],
];

function ambiguityOf(text: string): Ambiguity | undefined {
  return PATTERNS.find(([pattern]) => pattern.test(text))?.[1];
}

function decodePrintable(text: string): string {
  return text.replace(/%(2[0-9a-e]|[3-6][0-9a-f]|7[0-9a-e])/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

type Decoding = { readonly text: string } | { readonly reason: Ambiguity };

/** Decodes a path until nothing changes, so that no number of decoders behind us finds what we did not see. */
function decodeFully(path: string): Decoding {
  if (/%(?![0-9a-f]{2})/i.test(path)) return { reason: 'escape' };
  let text = path;
  for (let level = 0; level < MOST_LEVELS; level++) {
    const reason = ambiguityOf(text);
    if (reason) return { reason };
    const next = decodePrintable(text);
    if (next === text) return hidesDotSegment(text) ? { reason: 'dot_segment' } : { text };
    text = next;
  }
  return { reason: 'escape' };
}

/**
 * What lenient servers leave of a decoded path segment: no parameters or stream name, no white space around it,
 * no dots at its end. No pattern does the trimming: on a long run of dots it would take the square of its length.
 */
export function bareSegment(segment: string): string {
  const bare = segment.replace(/(?:[;?#]|::).*$/s, '').trim();
  let end = bare.length;
  while (end > 0 && (bare[end - 1] === '.' || bare.slice(end - 1, end).trim() === '')) end--;
  return bare.slice(0, end);
}

const FOREIGN = /%[89a-f][0-9a-f]|[^\0-\x7f]/gi;

/** One character beyond ASCII, or a byte of a broken one. */
const FOREIGN_CHARACTER =
  /%(?:[cd][0-9a-f]%[89ab][0-9a-f]|e[0-9a-f](?:%[89ab][0-9a-f]){2}|f[0-7](?:%[89ab][0-9a-f]){3}|[89a-f][0-9a-f])/gi;

/** With the letters beyond ASCII that some servers take for one of it, such as a full-width `＿`, as that one. */
function asLookalikes(text: string): string {
  return text
    .replace(FOREIGN_CHARACTER, (bytes) => {
      try {
        return decodeURIComponent(bytes);
      } catch {
        return '';
      }
    })
    .normalize('NFKC')
    .toUpperCase();
}

const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}]/gu;
/** What looks like a slash is one to servers that map what their character set does not have. */
const SLASH_LIKE = /[\\\u2044\u2215\u2216]/g;

/** Whether characters beyond ASCII make a dot segment for a server that takes them for what they look like. */
function hidesDotSegment(text: string): boolean {
  if (!/%[89a-f][0-9a-f]/i.test(text)) return false;
  return DOT_SEGMENT.test(asLookalikes(text).replace(INVISIBLE, '').replace(SLASH_LIKE, '/'));
}

/** The least that lenient servers leave of a decoded path: no parameters, case, white space, foreign bytes, last dots, empty segments. */
function fold(text: string): string {
  const segments = text.toLowerCase().replace(FOREIGN, '').split('/').map(bareSegment);
  return `/${segments.filter((segment) => segment !== '').join('/')}`;
}

/** Splits off `http://authority` when that authority is the Host the request names as well. */
function originForm(raw: string, host: string | undefined): string | Ambiguity {
  if (raw.charCodeAt(0) === SLASH) return raw;
  const absolute = /^https?:\/\/([^/?#]*)/.exec(raw);
  if (!absolute) return 'form';
  if (absolute[1] === '' || absolute[1] !== host) return 'authority';
  const rest = raw.slice(absolute[0].length);
  return rest.charCodeAt(0) === SLASH ? rest : `/${rest}`;
}

/** What one look at every character shows: a fault, or where the path ends and whether it needs a closer look. */
function scan(text: string): Ambiguity | { readonly end: number; readonly plain: boolean } {
  let end = -1;
  let plain = true;
  let previous = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code <= 0x20 || code >= 0x7f) return 'byte';
    if (code === 0x23) return 'fragment';
    if (end !== -1) continue;
    if (code === 0x3f) end = i;
    else if (code === 0x25 || code === 0x5c || code === 0x3b) plain = false;
    else if (previous === SLASH && (code === SLASH || code === DOT)) plain = false;
    previous = code;
  }
  return { end: end === -1 ? text.length : end, plain };
}

/** Whether `text` has the form of a reserved prefix: one or more plain segments between slashes, as in `/_/`. */
export function isReservedPrefix(text: string): boolean {
  return /^\/(?:[0-9A-Za-z_~-]+\/)+$/.test(text);
}

/**
 * A reader for one reserved prefix. What is literally under the prefix is `reserved`; what some reader could
 * take for it (by decoding, parameters, case, white space) is ambiguous. Throws a RangeError for a foreign prefix.
 */
export function targetReader(prefix: string): TargetReader {
  if (!isReservedPrefix(prefix)) throw new RangeError('Not a reserved prefix.');
  const bare = prefix.slice(0, -1);
  const lowerBare = bare.toLowerCase();
  const lowerPrefix = prefix.toLowerCase();
  const lowerHead = `/${lowerBare.split('/')[1]}`;

  function couldBeReserved(path: string, plain: boolean, decoded: string): boolean {
    if (plain && path.slice(0, lowerHead.length).toLowerCase() !== lowerHead) return false;
    const readings = plain ? [decoded] : [decoded, asLookalikes(decoded)];
    return readings.some((text) => {
      const folded = fold(text);
      return folded === lowerBare || folded.startsWith(lowerPrefix);
    });
  }

  return (raw, host) => {
    const text = originForm(raw, host);
    if (text === 'form' || text === 'authority') return AMBIGUOUS[text];
    const shape = scan(text);
    if (typeof shape === 'string') return AMBIGUOUS[shape];
    const path = text.slice(0, shape.end);
    const decoding = shape.plain ? { text: path } : decodeFully(path);
    if ('reason' in decoding) return AMBIGUOUS[decoding.reason];
    const reserved = path === bare || path.startsWith(prefix);
    if (!reserved && couldBeReserved(path, shape.plain, decoding.text)) return AMBIGUOUS.reserved;
    return { ok: true, text, path, query: text.slice(shape.end), reserved };
  };
}

import { foldedName, METHOD_OVERRIDES } from '@hallpass/core/method-override';

/**
 * What the gate does with a header of this name: pass it on, remove it, or look closer.
 * `override` changes the method behind our back; `forwarded` speaks of the client and is a trusted proxy's to say.
 */
export type HeaderKind = 'plain' | 'remove' | 'fixed' | 'connection' | 'te' | 'override' | 'forwarded';

const MOST_REMEMBERED = 2048;
const LONGEST_REMEMBERED = 64;

/** By folded name: a `_` or `.` for a `-` is the same header to many a server behind us. */
const BY_FOLDED_NAME: ReadonlyMap<string, HeaderKind> = new Map<string, HeaderKind>([
  ['connection', 'connection'],
  ['te', 'te'],
  ['host', 'fixed'],
  ['contentlength', 'fixed'],
  ['authorization', 'remove'],
  ['proxyauthorization', 'remove'],
  ['proxyauthenticate', 'remove'],
  ['proxyconnection', 'remove'],
  ['keepalive', 'remove'],
  ['transferencoding', 'remove'],
  ['upgrade', 'remove'],
  ['expect', 'remove'],
  ['trailer', 'remove'],
  ['http2settings', 'remove'],
  ['xrequestid', 'remove'],
  ...METHOD_OVERRIDES.map((name) => [name, 'override'] as const),
  ['forwarded', 'forwarded'],
  ['xrealip', 'forwarded'],
  ['xoriginalurl', 'forwarded'],
  ['xoriginalmethod', 'forwarded'],
  ['xrewriteurl', 'forwarded'],
]);

/** Names that only count when spelled exactly; their twins are removed. */
const EXACT: ReadonlySet<string> = new Set(['host', 'content-length', 'connection', 'te']);

function classify(name: string): HeaderKind {
  const folded = foldedName(name);
  if (folded.startsWith('xhallpass')) return 'remove';
  if (folded.startsWith('xforwarded')) return 'forwarded';
  const kind = BY_FOLDED_NAME.get(folded) ?? 'plain';
  const exact = kind === 'fixed' || kind === 'connection' || kind === 'te';
  return exact && !EXACT.has(name.toLowerCase()) ? 'remove' : kind;
}

const remembered = new Map<string, HeaderKind>();

export function headerKind(name: string): HeaderKind {
  const known = remembered.get(name);
  if (known !== undefined) return known;
  const kind = classify(name);
  if (name.length <= LONGEST_REMEMBERED) {
    if (remembered.size === MOST_REMEMBERED) remembered.clear();
    remembered.set(name, kind);
  }
  return kind;
}

const NOTHING: ReadonlySet<string> = new Set();

/** Every header that a Connection line names, in lower case: those end here as well (RFC 9110 §7.6.1). */
export function namedByConnection(headers: readonly string[]): ReadonlySet<string> {
  let named: Set<string> | undefined;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] as string;
    if (name.length !== 10 || headerKind(name) !== 'connection') continue;
    const value = (headers[i + 1] as string).toLowerCase();
    if (value === 'keep-alive' || value === 'close') continue;
    named ??= new Set();
    for (const option of value.split(',')) named.add(option.trim());
  }
  return named ?? NOTHING;
}

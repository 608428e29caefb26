/** Headers that some services obey in place of the method, folded: a `_` or `.` for a `-` is the same to many. */
export const METHOD_OVERRIDES: readonly string[] = ['xhttpmethodoverride', 'xhttpmethod', 'xmethodoverride'];

export function foldedName(header: string): string {
  return header.toLowerCase().replace(/[^0-9a-z]/g, '');
}

const NAME = '_method';
/** What some service takes for that name: PHP drops spaces before a name and makes `_` of `.`, `[` and a space. */
const LIKE_NAME = /^[\s+?]*[_.[\s+]method(?![\w-])/i;
/** How often an escape may hide another one; a bound keeps hostile input cheap. */
const MOST_LEVELS = 8;

/** Decoded until nothing changes; undefined when that takes too long. */
function decode(pair: string): string | undefined {
  let text = pair;
  for (let level = 0; level < MOST_LEVELS; level++) {
    const next = text.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    if (next === text) return text;
    text = next;
  }
  return undefined;
}

/** Parameters of other names that do the same, folded. */
const OTHER_NAMES: ReadonlySet<string> = new Set(METHOD_OVERRIDES);
/** That of Salesforce, which folded would be one that many a search has. */
const HTTP_METHOD = /^\s*_httpmethod$/i;

/** undefined: this pair of a query names no method. Empty: nobody can say which. */
function namedIn(pair: string): string | undefined {
  const text = decode(pair);
  if (text === undefined) return '';
  if (LIKE_NAME.test(text))
    return text.toLowerCase().startsWith(`${NAME}=`) ? text.slice(NAME.length + 1).toUpperCase() : '';
  const equals = text.indexOf('=');
  const name = equals === -1 ? text : text.slice(0, equals);
  if (!OTHER_NAMES.has(foldedName(name)) && !HTTP_METHOD.test(name)) return undefined;
  return text.slice(name.length + 1).toUpperCase();
}

/**
 * The method that a query names in a `_method` parameter or one of its kin, which some services obey in place of the
 * request's own: in upper case, or empty when it cannot be told which. undefined when it names none.
 */
export function namedMethodOf(query: string): string | undefined {
  if (query.length < NAME.length || !/method|%/i.test(query)) return undefined;
  const named = query
    .slice(1)
    .split(/[&;]/)
    .map(namedIn)
    .filter((method) => method !== undefined);
  return named.length > 1 ? '' : named[0];
}

const NAME = '_method';

/** Headers that some services obey in place of the method, folded: a `_` or `.` for a `-` is the same to many. */
export const METHOD_OVERRIDES: readonly string[] = ['xhttpmethodoverride', 'xhttpmethod', 'xmethodoverride'];

export function foldedName(header: string): string {
  return header.toLowerCase().replace(/[^0-9a-z]/g, '');
}

function decode(text: string): string {
  return text.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/**
 * The method that a query names in a `_method` parameter, which some services obey in place of the request's
 * own: in upper case, or empty when there are several. undefined when it names none.
 */
export function namedMethodOf(query: string): string | undefined {
  if (query.length < NAME.length || !/method|%/i.test(query)) return undefined;
  const values = query
    .slice(1)
    .split(/[&;]/)
    .map((pair) => decode(pair).toLowerCase())
    .filter((pair) => pair === NAME || pair.startsWith(`${NAME}=`) || pair.startsWith(`${NAME}[`));
  if (values.length === 0) return undefined;
  return values.length === 1 ? (values[0] as string).slice(NAME.length + 1).toUpperCase() : '';
}

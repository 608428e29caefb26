const DEEPEST = 8;
const STRING = /"(?:[^"\\]|\\.)*"/y;

export type JsonFlaw = 'depth' | 'duplicate';

/**
 * Walks over text that is known to be JSON and finds what no input of ours has: a name that stands twice in one
 * object (two readers could each believe another of the two), or more than eight levels.
 */
export function jsonFlaw(text: string): JsonFlaw | undefined {
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '{') open.push(new Set());
    else if (char === '[') open.push(null);
    else if (char === '}' || char === ']') open.pop();
    if (open.length > DEEPEST) return 'depth';
    if (char !== '"') continue;
    STRING.lastIndex = at;
    const token = STRING.exec(text)?.[0] ?? '"';
    at += token.length - 1;
    const names = open.at(-1);
    if (!names || !/^\s*:/.test(text.slice(at + 1, at + 32))) continue;
    const name = JSON.parse(token) as string;
    if (names.has(name)) return 'duplicate';
    names.add(name);
  }
  return undefined;
}

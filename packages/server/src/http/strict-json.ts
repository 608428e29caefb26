import { HallpassError } from '@hallpass/core/errors';

const DEEPEST = 8;
const STRING = /"(?:[^"\\]|\\.)*"/y;

function refuse(message: string): never {
  throw new HallpassError('invalid_json', message);
}

function readText(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return refuse('Send the body as JSON in UTF-8.');
  }
}

/**
 * Walks over text that is known to be JSON and refuses a name that stands twice in one object: two readers could
 * each believe another of the two.
 */
function refuseDuplicates(text: string): void {
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '{') open.push(new Set());
    else if (char === '[') open.push(null);
    else if (char === '}' || char === ']') open.pop();
    if (open.length > DEEPEST) refuse('The body is nested too deeply.');
    if (char !== '"') continue;
    STRING.lastIndex = at;
    const token = STRING.exec(text)?.[0] ?? '"';
    at += token.length - 1;
    const names = open.at(-1);
    if (!names || !/^\s*:/.test(text.slice(at + 1, at + 32))) continue;
    const name = JSON.parse(token) as string;
    if (names.has(name)) refuse('A field stands twice in the body; send each once.');
    names.add(name);
  }
}

/** Reads a body as JSON, whatever its Content-Type says. Throws `invalid_json`. */
export function parseStrictJson(body: Buffer): unknown {
  const text = readText(body);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse('Send the body as one JSON object, for example {"name":"example"}.');
  }
  refuseDuplicates(text);
  return value;
}

import { HallpassError } from '@hallpass/core/errors';
import { type JsonFlaw, jsonFlaw } from '@hallpass/core/json-flaw';

const FLAWS: Readonly<Record<JsonFlaw, string>> = {
  depth: 'The body is nested too deeply.',
  duplicate: 'A field stands twice in the body; send each once.',
};

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function refuse(message: string): never {
  throw new HallpassError('invalid_json', message);
}

function readText(body: Buffer): string {
  try {
    return UTF_8.decode(body);
  } catch {
    return refuse('Send the body as JSON in UTF-8.');
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
  const flaw = jsonFlaw(text);
  if (flaw) refuse(FLAWS[flaw]);
  return value;
}

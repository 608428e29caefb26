import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { hasForm } from '@hallpass/core/token';
import { Fault } from './fault.ts';
import type { CliIo } from './io.ts';

function readPrivate(path: string, flag: string, io: CliIo): string {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const text = readFileSync(file, 'utf8');
    if (process.platform !== 'win32' && (fstatSync(file).mode & 0o044) !== 0)
      io.err(`warning: ${flag}: the file can be read by other users; chmod 600 it\n`);
    return text;
  } catch {
    // The path is not repeated: it may be the secret itself, given to the wrong flag.
    throw new Fault('usage', `${flag}: the file cannot be read. Check the path and its permissions.`);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** The secret in a file, or on standard input for `-`, without the white space around it. */
export async function readSecretFile(path: string, flag: string, io: CliIo): Promise<string> {
  return (path === '-' ? await text(io.stdin) : readPrivate(path, flag, io)).trim();
}

/** The text as an operator key. `source` says in the refusal where it came from; the text is never repeated. */
export function operatorKey(value: string, source: string): string {
  if (hasForm(value, 'hpo_')) return value;
  const why = hasForm(value, 'hp_')
    ? 'holds a token, and tokens do not manage tokens: it takes an operator key'
    : 'does not hold an operator key: hpo_ and 36 letters and digits';
  throw new Fault('usage', `${source} ${why}.`);
}

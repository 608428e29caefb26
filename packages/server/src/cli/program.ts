import { withoutSecrets } from '@hallpass/core/token';
import { Command } from 'commander';
import { VERSION } from '../version.ts';
import { guide } from './examples.ts';
import type { CliIo } from './io.ts';

/** `hallpass` before it has any verb. */
export function newProgram(io: CliIo): Command {
  const program = new Command('hallpass')
    .description('Bearer tokens that belong to no user, and the gate that honours them.')
    .version(VERSION)
    // `audit --url` and `audit verify --url` are not the same flag.
    .enablePositionalOptions()
    .configureOutput({
      writeOut: io.out,
      // It repeats words that it does not know.
      writeErr: (text) => io.err(withoutSecrets(text)),
    })
    .exitOverride();
  return guide(program, [
    ['hallpass serve', 'run the server on http://127.0.0.1:4255'],
    ['hallpass login --key-file data/owner.key', 'let the other verbs use its owner key'],
    ['hallpass token create ci --expires 30d > token', 'make a token; its value goes into the file'],
    ['hallpass token list', ''],
    ['hallpass token disable ci', 'refused from the next request on'],
  ]);
}

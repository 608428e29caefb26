import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config/config-error.ts';
import { StartError } from '../start-error.ts';
import { StoreError } from '../store/store.ts';
import { VERSION } from '../version.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { ExitError } from './exit-error.ts';
import type { CliIo } from './io.ts';
import { addVerbs } from './verbs.ts';

const EXAMPLES = `Examples:
  $ hallpass serve                                      run on http://127.0.0.1:4255
  $ hallpass serve --upstream http://127.0.0.1:8080     put the gate in front of a service
  $ hallpass config                                     show the settings in effect
`;

/** Runs one command line (without node and script) to its end and gives the exit code. */
export async function run(words: readonly string[], io: CliIo): Promise<number> {
  const program = new Command('hallpass')
    .description('Bearer tokens that belong to no user, and the gate that honours them.')
    .version(VERSION)
    .addHelpText('before', EXAMPLES)
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .exitOverride();
  try {
    await addVerbs(program, words, io);
    await program.parseAsync(words, { from: 'user' });
    return EXIT.done.code;
  } catch (error) {
    // Commander has said its part already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done.code : EXIT.usage.code;
    if (error instanceof ExitError) {
      if (error.message !== '') io.err(`${error.message}\n`);
      return EXIT[error.exit].code;
    }
    io.err(`${explain(error)}\n`);
    return error instanceof ConfigError ? EXIT.usage.code : exitCodeOf(error);
  }
}

function explain(error: unknown): string {
  if (error instanceof ConfigError || error instanceof StartError || error instanceof StoreError)
    return error.message;
  return `hallpass: unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

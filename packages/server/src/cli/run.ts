import { ProblemError, UnreachableError } from '@hallpass/sdk/problem-error';
import { CommanderError } from 'commander';
import { ConfigError } from '../config/config-error.ts';
import { StartError } from '../start-error.ts';
import { StoreError } from '../store/store.ts';
import { VERSION } from '../version.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { Fault } from './fault.ts';
import type { CliIo } from './io.ts';
import { OutputLost } from './output.ts';
import { plain } from './plain.ts';
import { newProgram } from './program.ts';
import { addVerbs } from './verbs.ts';

/** Runs one command line (without node and script) to its end and gives the exit code. */
export async function run(words: readonly string[], io: CliIo): Promise<number> {
  const code = await runVerb(words, io);
  try {
    await io.taken();
    return code;
  } catch (error) {
    if (code !== EXIT.done.code || (error instanceof OutputLost && error.unwanted)) return code;
    io.err(
      `error: Not all of it could be printed (${error instanceof Error ? error.message : 'unknown'}).\n`,
    );
    return EXIT.unexpected.code;
  }
}

async function runVerb(words: readonly string[], io: CliIo): Promise<number> {
  const program = newProgram(io);
  try {
    const meant = words[0] === 'help' ? [...words.slice(1), '--help'] : words;
    await addVerbs(program, meant, io);
    await program.parseAsync(meant, { from: 'user' });
    return EXIT.done.code;
  } catch (error) {
    // Commander has said its part already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done.code : EXIT.usage.code;
    // Said when the rest is.
    if (error instanceof OutputLost) return EXIT.done.code;
    // A report on standard output has said it all.
    if (!(error instanceof Fault && error.message === '')) io.err(`${explain(error)}\n`);
    return error instanceof ConfigError ? EXIT.usage.code : exitCodeOf(error);
  }
}

const MEANT_FOR_PEOPLE = [Fault, StartError, StoreError, UnreachableError];

function explain(error: unknown): string {
  // A line for each mistake, which begins with where it was made.
  if (error instanceof ConfigError) return error.message;
  if (error instanceof ProblemError) return `error: ${plain(explainProblem(error))}`;
  if (MEANT_FOR_PEOPLE.some((kind) => error instanceof kind))
    return `error: ${plain((error as Error).message)}`;
  return `hallpass: unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

function explainProblem({ code, title, message, errors, requestId }: ProblemError): string {
  if (code === 'path_not_found' || code === 'method_not_allowed')
    return `The server does not know this call: the path in its address is not its prefix, or it is of another version than this hallpass (${VERSION}).`;
  if (errors.length > 0) return errors.map(({ field, message: text }) => `${field}: ${text}`).join('; ');
  return `${title}. ${message}${code === 'internal' ? ` (request ${requestId})` : ''}`;
}

import type { Command } from 'commander';
import { environment } from '../config.ts';
import { contextsFile, readContexts, writeContexts } from './contexts.ts';
import { guide } from './examples.ts';
import { Fault } from './fault.ts';
import type { CliIo } from './io.ts';
import { plain } from './plain.ts';

/** `hallpass logout`. */
export function logout(command: Command, io: CliIo): void {
  guide(
    command,
    [
      ['hallpass logout', 'forget the context logged in to last'],
      ['hallpass logout --context prod', ''],
    ],
    'The key goes on to be valid; `hallpass operator delete` ends it.',
  )
    .option('--context <NAME>', 'the context to forget')
    .action(async ({ context }: { readonly context?: string }) => {
      const file = contextsFile(environment);
      const { current, contexts } = readContexts(file);
      const name = context ?? current;
      if (name === null || !Object.hasOwn(contexts, name))
        throw new Fault(
          'not_found',
          context === undefined ? 'You are not logged in.' : 'There is no such context.',
        );
      const rest = Object.fromEntries(Object.entries(contexts).filter(([other]) => other !== name));
      await writeContexts(file, { current: name === current ? null : current, contexts: rest });
      io.err(`Logged out of context ${plain(name)}.\n`);
    });
}

import type { Command } from 'commander';
import { addClientOptions, type ClientFlags, openClient } from '../connection.ts';
import { type Example, guide } from '../examples.ts';
import type { CliIo } from '../io.ts';
import { printJson } from '../listing.ts';
import { described } from './described.ts';

type Flags = ClientFlags & { readonly json?: boolean };

function switching(active: boolean, done: string, examples: readonly Example[]) {
  return (command: Command, io: CliIo): void => {
    guide(addClientOptions(command.argument('<NAME>')), examples)
      .option('--json', 'print the record as JSON')
      .action(async (name: string, flags: Flags) => {
        const client = await openClient(flags, io);
        const { record } = await client.changeToken(name, { active });
        if (flags.json) printJson(io, record);
        io.err(`${done} ${described(record, io.now())}.\n`);
      });
  };
}

/** `hallpass token enable NAME`. */
export const enable = switching(true, 'Enabled', [['hallpass token enable ci', '']]);

/** `hallpass token disable NAME`. */
export const disable = switching(false, 'Disabled', [
  ['hallpass token disable ci', 'refused from the next request on; `enable` takes it back'],
]);

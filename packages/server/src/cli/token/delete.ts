import type { Command } from 'commander';
import { type AskFlags, confirm } from '../ask.ts';
import { addClientOptions, type ClientFlags, openClient } from '../connection.ts';
import { guide } from '../examples.ts';
import type { CliIo } from '../io.ts';
import { printJson } from '../listing.ts';
import { plain } from '../plain.ts';

type Flags = ClientFlags & AskFlags & { readonly json?: boolean };

/** `hallpass token delete NAME`. */
export function remove(command: Command, io: CliIo): void {
  guide(addClientOptions(command.argument('<NAME>')), [
    ['hallpass token delete ci --yes', ''],
    ['hallpass token disable ci', 'the same for its users, and it can be taken back'],
  ])
    .option('--yes', 'do not ask')
    .option('--no-input', 'ask nothing, also on a terminal')
    .option('--json', 'print the record as it was, as JSON')
    .action(async (name: string, flags: Flags) => {
      const client = await openClient(flags, io);
      await confirm(
        flags,
        io,
        `Delete ${plain(name)}? Who uses it is refused at once; its value never works again.`,
      );
      const { record } = await client.deleteToken(name);
      if (flags.json) printJson(io, record);
      io.err(`Deleted ${plain(record.name)} (${plain(record.hint)}).\n`);
    });
}

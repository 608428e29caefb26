import { ROLES, type Role } from '@hallpass/core/record';
import { type Command, Option } from 'commander';
import { addClientOptions, type ClientFlags, openClient } from '../connection.ts';
import { guide } from '../examples.ts';
import { EXPIRES_HELP, expiryFlag, printWarnings } from '../expiry.ts';
import { Fault } from '../fault.ts';
import type { CliIo } from '../io.ts';
import { printJson } from '../listing.ts';
import { described } from './described.ts';

interface Flags extends ClientFlags {
  readonly role?: Role;
  readonly expires?: string;
  readonly enable?: boolean;
  readonly disable?: boolean;
  readonly rename?: string;
  readonly description?: string;
  readonly json?: boolean;
}

function changesFrom(flags: Flags, now: number) {
  const expiry = expiryFlag(flags.expires, now);
  const changes = {
    ...(flags.role === undefined ? {} : { role: flags.role }),
    ...(expiry === undefined ? {} : { expiration_date: expiry }),
    ...(flags.enable || flags.disable ? { active: !flags.disable } : {}),
    ...(flags.rename === undefined ? {} : { new_name: flags.rename }),
    ...(flags.description === undefined ? {} : { description: flags.description }),
  };
  if (Object.keys(changes).length > 0) return changes;
  throw new Fault(
    'usage',
    'Say what to change: --role, --expires, --enable, --disable, --rename or --description.',
  );
}

/** `hallpass operator update NAME`. */
export function update(command: Command, io: CliIo): void {
  guide(
    addClientOptions(command.argument('<NAME>')),
    [
      ['hallpass operator update ana --role auditor', ''],
      ['hallpass operator update ana --disable', 'its key is refused from the next request on'],
    ],
    'The last active owner without an end stays what it is.',
  )
    .addOption(new Option('--role <ROLE>', 'what it may do').choices([...ROLES]))
    .option('--expires <WHEN>', EXPIRES_HELP)
    .addOption(new Option('--disable', 'refuse its key until it is enabled').conflicts('enable'))
    .option('--enable', 'take its key again')
    .option('--rename <NAME>', 'the name it has from now on')
    .option('--description <TEXT>', 'a note for people')
    .option('--json', 'print the record as JSON')
    .action(async (name: string, flags: Flags) => {
      const changes = changesFrom(flags, io.now());
      const client = await openClient(flags, io);
      const { record, warnings } = await client.changeOperator(name, changes);
      if (flags.json) printJson(io, record);
      io.err(`Changed ${described(record, io.now())}.\n`);
      printWarnings(io, warnings);
    });
}

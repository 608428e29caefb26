import { type Command, Option } from 'commander';
import { addClientOptions, type ClientFlags, openClient } from '../connection.ts';
import { guide } from '../examples.ts';
import { EXPIRES_HELP, expiryFlag, printWarnings } from '../expiry.ts';
import { Fault } from '../fault.ts';
import type { CliIo } from '../io.ts';
import { printJson } from '../listing.ts';
import { described } from './described.ts';

interface Flags extends ClientFlags {
  readonly rename?: string;
  readonly expires?: string;
  readonly readOnly?: boolean;
  readonly write?: boolean;
  readonly description?: string;
  readonly ifRevision?: string;
  readonly json?: boolean;
}

function changesFrom(flags: Flags, now: number) {
  const expiry = expiryFlag(flags.expires, now);
  const changes = {
    ...(flags.rename === undefined ? {} : { new_name: flags.rename }),
    ...(expiry === undefined ? {} : { expiration_date: expiry }),
    ...(flags.readOnly || flags.write ? { write: !flags.readOnly } : {}),
    ...(flags.description === undefined ? {} : { description: flags.description }),
  };
  if (Object.keys(changes).length > 0) return changes;
  throw new Fault('usage', 'Say what to change: --expires, --read-only, --write, --rename or --description.');
}

function conditionFrom({ ifRevision }: Flags): { ifRevision?: number } {
  if (ifRevision === undefined) return {};
  if (!/^\d{1,15}$/.test(ifRevision)) throw new Fault('usage', '--if-revision: must be a whole number.');
  return { ifRevision: Number(ifRevision) };
}

/** `hallpass token update NAME`. */
export function update(command: Command, io: CliIo): void {
  guide(addClientOptions(command.argument('<NAME>')), [
    ['hallpass token update ci --expires 90d', '90 days from now'],
    ['hallpass token update ci --expires never', ''],
    ['hallpass token update ci --read-only', ''],
    ['hallpass token update ci --rename ci-main --description "builds of main"', ''],
  ])
    .option('--expires <WHEN>', EXPIRES_HELP)
    .addOption(new Option('--read-only', 'it may read (GET, HEAD, OPTIONS) and no more').conflicts('write'))
    .option('--write', 'it may read and write')
    .option('--rename <NAME>', 'the name it has from now on')
    .option('--description <TEXT>', 'a note for people')
    .option('--if-revision <NUMBER>', 'only if the record is still at this revision')
    .option('--json', 'print the record as JSON')
    .action(async (name: string, flags: Flags) => {
      const changes = changesFrom(flags, io.now());
      const condition = conditionFrom(flags);
      const client = await openClient(flags, io);
      const { record, warnings } = await client.changeToken(name, changes, condition);
      if (flags.json) printJson(io, record);
      io.err(`Changed ${described(record, io.now())}.\n`);
      printWarnings(io, warnings);
    });
}

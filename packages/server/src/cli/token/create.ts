import { type Command, Option } from 'commander';
import { addClientOptions, type ClientFlags, openClient } from '../connection.ts';
import { addDeliveryOptions, type DeliveryFlags, made, openDelivery, VALUE_AGAIN } from '../delivery.ts';
import { guide } from '../examples.ts';
import { EXPIRES_HELP, expiryFlag, printWarnings } from '../expiry.ts';
import { Fault } from '../fault.ts';
import type { CliIo } from '../io.ts';
import { type FormFlags, filledForm } from './create-form.ts';
import { described } from './described.ts';

interface Flags extends ClientFlags, DeliveryFlags, FormFlags {
  readonly description?: string;
  readonly disabled?: boolean;
}

/** `hallpass token create [NAME]`. */
export function create(command: Command, io: CliIo): void {
  guide(
    addClientOptions(addDeliveryOptions(command.argument('[NAME]', 'asked for on a terminal when left out'))),
    [
      ['hallpass token create ci --expires 30d > token', 'the value goes into the file, and nothing else'],
      ['hallpass token create', 'asks for what it needs'],
      ['hallpass token create reports --read-only --output-file reports.token', ''],
      [
        'eval "$(hallpass token create ci --expires 12h --env API_TOKEN)"',
        'for this shell and what it starts',
      ],
      ['hallpass token create ci --expires "tomorrow 18:00" --json', ''],
    ],
    'Times are read in your time zone, and how they were read is said on standard error.',
  )
    .option('--expires <WHEN>', `${EXPIRES_HELP} (default: never)`)
    .addOption(new Option('--read-only', 'it may read (GET, HEAD, OPTIONS) and no more').conflicts('write'))
    .option('--write', 'it may read and write (default)')
    .option('--description <TEXT>', 'a note for people')
    .option('--disabled', 'make it refused until it is enabled')
    .option('--no-input', 'ask nothing, also on a terminal')
    .action((name: string | undefined, flags: Flags) => createToken(name, flags, io));
}

async function createToken(named: string | undefined, flags: Flags, io: CliIo): Promise<void> {
  const client = await openClient(flags, io);
  // Said before anything is asked.
  expiryFlag(flags.expires, io.now());
  const { name, expires, write } = await filledForm(named, flags, io);
  const expiry = expiryFlag(expires, io.now()) ?? null;
  const delivery = openDelivery(flags, io);
  const input = {
    name,
    expiration_date: expiry,
    write,
    active: !flags.disabled,
    description: flags.description ?? '',
  };
  const { record, warnings } = await made(delivery, () => client.createToken(input));
  if (record.token === null) throw new Fault('conflict', 'The server keeps no value to show.');
  await delivery.hand(record.token, record, VALUE_AGAIN);
  io.err(`Created ${described(record, io.now())}.\n`);
  if (expiry === null)
    io.err('warning: It works until you disable or delete it; --expires 30d gives it an end.\n');
  printWarnings(io, warnings);
}

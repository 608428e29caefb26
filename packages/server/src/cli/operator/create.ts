import { ROLES, type Role } from '@hallpass/core/record';
import { type Command, Option } from 'commander';
import { addClientOptions, type ClientFlags, openClient } from '../connection.ts';
import { addDeliveryOptions, type DeliveryFlags, made, openDelivery } from '../delivery.ts';
import { guide } from '../examples.ts';
import { EXPIRES_HELP, expiryFlag, printWarnings } from '../expiry.ts';
import type { CliIo } from '../io.ts';
import { described } from './described.ts';

interface Flags extends ClientFlags, DeliveryFlags {
  readonly role: Role;
  readonly expires?: string;
  readonly description?: string;
}

/** `hallpass operator create NAME --role ROLE`. */
export function create(command: Command, io: CliIo): void {
  guide(
    addClientOptions(addDeliveryOptions(command.argument('<NAME>'))),
    [
      ['hallpass operator create ana --role manager --output-file ana.key', ''],
      ['hallpass operator create gateway --role verifier > gateway.key', 'the key, and nothing else'],
    ],
    'The key is shown this once and never again.',
  )
    .addOption(new Option('--role <ROLE>', 'what it may do').choices([...ROLES]).makeOptionMandatory())
    .option('--expires <WHEN>', `${EXPIRES_HELP} (default: never)`)
    .option('--description <TEXT>', 'a note for people')
    .action(async (name: string, flags: Flags) => {
      const expiry = expiryFlag(flags.expires, io.now()) ?? null;
      const client = await openClient(flags, io);
      const delivery = openDelivery(flags, io);
      const { role, description = '' } = flags;
      const input = { name, role, expiration_date: expiry, description };
      const { record, warnings } = await made(delivery, () => client.createOperator(input));
      await delivery.hand(record.key, record, 'The operator is there: delete it and make it again.');
      io.err(`Created ${described(record, io.now())}.\n`);
      printWarnings(io, warnings);
    });
}

import type { Command } from 'commander';
import { addClientOptions, type ClientFlags, openClient } from '../connection.ts';
import { addDeliveryOptions, type DeliveryFlags, made, openDelivery, VALUE_AGAIN } from '../delivery.ts';
import { guide } from '../examples.ts';
import type { CliIo } from '../io.ts';

/** `hallpass token value NAME`. */
export function value(command: Command, io: CliIo): void {
  guide(
    addClientOptions(addDeliveryOptions(command.argument('<NAME>'))),
    [
      ['hallpass token value ci > token', ''],
      ['eval "$(hallpass token value ci --env API_TOKEN)"', 'for this shell and what it starts'],
    ],
    'That the value was shown stands in the audit trail.',
  ).action(async (name: string, flags: ClientFlags & DeliveryFlags) => {
    const client = await openClient(flags, io);
    const delivery = openDelivery(flags, io);
    const token = await made(delivery, () => client.tokenValue(name));
    await delivery.hand(token, { token }, VALUE_AGAIN);
  });
}

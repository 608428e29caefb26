import type { WireToken } from '@hallpass/core/wire';
import type { Command } from 'commander';
import { type AskFlags, confirm } from '../ask.ts';
import { addClientOptions, type ClientFlags, openClient } from '../connection.ts';
import { addDeliveryOptions, type DeliveryFlags, made, openDelivery, VALUE_AGAIN } from '../delivery.ts';
import { guide } from '../examples.ts';
import { EXPIRES_HELP, expiryFlag, printWarnings } from '../expiry.ts';
import { Fault } from '../fault.ts';
import type { CliIo } from '../io.ts';
import { reading } from '../moments.ts';
import { plain } from '../plain.ts';
import { readDuration } from '../when.ts';
import { described } from './described.ts';

interface Flags extends ClientFlags, DeliveryFlags, AskFlags {
  readonly overlap?: string;
  readonly untilFirstUse?: boolean;
  readonly expires?: string;
}

/** `hallpass token rotate NAME`. */
export function rotate(command: Command, io: CliIo): void {
  guide(
    addClientOptions(addDeliveryOptions(command.argument('<NAME>'))),
    [
      ['hallpass token rotate ci --overlap 1h > token', 'both values work for an hour'],
      ['hallpass token rotate ci --until-first-use > token', 'the old one works until the new one is used'],
      ['hallpass token rotate ci --overlap 7d --until-first-use > token', 'whichever is first'],
      ['hallpass token rotate ci --yes > token', 'every older value is refused at once'],
    ],
    'The old value never works past its own expiry, and is disabled and deleted with its token.',
  )
    .option('--overlap <DURATION>', 'how long the old value goes on, such as 1h or 7d (default: not at all)')
    .option('--until-first-use', 'let the old value go on until the new one is first let in')
    .option('--expires <WHEN>', `${EXPIRES_HELP} (default: as before)`)
    .option('--yes', 'do not ask, where the old value ends at once')
    .option('--no-input', 'ask nothing, also on a terminal')
    .action((name: string, flags: Flags) => rotateToken(name, flags, io));
}

function overlapFlag(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^0+$/.test(text.trim())) return 0;
  const duration = readDuration(text);
  if (duration.ok) return duration.value;
  throw new Fault('usage', `--overlap: ${duration.message}.`);
}

async function rotateToken(name: string, flags: Flags, io: CliIo): Promise<void> {
  const overlap = overlapFlag(flags.overlap);
  const expiry = expiryFlag(flags.expires, io.now());
  const client = await openClient(flags, io);
  const delivery = openDelivery(flags, io);
  const { record, value, warnings } = await made(delivery, async () => {
    if (overlap === 0 || (overlap === undefined && !flags.untilFirstUse)) {
      const message = `Rotate ${plain(name)}? Who uses its value is refused at once; that value never works again.`;
      await confirm(flags, io, message);
    }
    const done = await client.rotateToken(name, {
      ...(overlap === undefined ? {} : { overlap }),
      ...(flags.untilFirstUse ? { until_first_use: true } : {}),
      ...(expiry === undefined ? {} : { expiration_date: expiry }),
    });
    if (done.record.token === null) throw new Fault('conflict', 'The server keeps no value to show.');
    return { ...done, value: done.record.token };
  });
  await delivery.hand(value, record, VALUE_AGAIN);
  io.err(`Rotated ${described(record, io.now())}.\n${fateOf(record, io.now())}\n`);
  printWarnings(io, warnings);
}

/** What becomes of the value it had before. */
function fateOf({ former_values: formers }: WireToken, now: number): string {
  const old = formers.at(-1);
  if (!old) return 'Older values are refused from now on.';
  const time = old.ends_at === null ? '' : ` until ${reading(old.ends_at, now)}`;
  if (!old.until_first_use) return `The old value (${plain(old.hint)}) works${time}.`;
  return `The old value (${plain(old.hint)}) works until the new one is first used${time && `, or${time}`}.`;
}

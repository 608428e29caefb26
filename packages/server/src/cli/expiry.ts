import type { Warning } from '@hallpass/core/wire';
import { Fault } from './fault.ts';
import type { CliIo } from './io.ts';
import { plain } from './plain.ts';
import { readExpiry, readWhen, type WhenOptions } from './when.ts';

export const EXPIRES_HELP = 'when it ends: 30d, 12h, 2027-01-31, "tomorrow 18:00", milliseconds or never';

/** What `--expires` says; undefined when it says nothing. */
export function expiryFlag(text: string | undefined, now: number): number | null | undefined {
  if (text === undefined) return undefined;
  const reading = readExpiry(text, now);
  if (reading.ok) return reading.value;
  throw new Fault('usage', `--expires: ${reading.message}.`);
}

/** The same for any flag that takes a moment. */
export function momentFlag(flag: string, text: string | undefined, options: WhenOptions): number | undefined {
  if (text === undefined) return undefined;
  const reading = readWhen(text, options);
  if (reading.ok) return reading.value;
  throw new Fault('usage', `${flag}: ${reading.message}.`);
}

export function printWarnings(io: CliIo, warnings: readonly Warning[]): void {
  for (const { message } of warnings) io.err(`warning: ${plain(message)}\n`);
}

import { type FieldError, HallpassError } from '@hallpass/core/errors';
import { readName } from '@hallpass/core/name';
import { showsSecret } from '@hallpass/core/token';
import type { Warning } from '@hallpass/core/wire';

/** Smaller numbers are seconds that were taken for milliseconds: this one is a day in 1973. */
export const EARLIEST_EXPIRY = 100_000_000_000;
/** 9999-12-31T23:59:59.999Z, the last moment that RFC 3339 can write. */
export const LATEST_EXPIRY = 253_402_300_799_999;

export function invalidInput(errors: readonly FieldError[]): HallpassError {
  return new HallpassError(
    'invalid_input',
    'Correct the fields named in `errors` and send the request again.',
    {
      errors,
    },
  );
}

/** A name in its one form. Throws `invalid_input`. */
export function nameFrom(input: string, field = 'name'): string {
  const reading = readName(input);
  if (!reading.ok) throw invalidInput([{ field, message: reading.message }]);
  return reading.name;
}

/** The same for a name that is given to a record: all who read lists and the trail see it, so it is no value or key. */
export function newNameFrom(input: string, field = 'name'): string {
  refuseSecret(input, field, 'names');
  return nameFrom(input, field);
}

/** Any text, in the one form that names have too, so that a search finds it. Throws `invalid_input`. */
export function textFrom(input: string, field: string): string {
  if (input.isWellFormed() && !input.includes('\0')) return input.normalize('NFC');
  throw invalidInput([{ field, message: 'must be valid Unicode without NUL' }]);
}

/** A description in its one form. Throws `invalid_input`. */
export function descriptionFrom(input: string): string {
  refuseSecret(input, 'description', 'descriptions');
  return textFrom(input, 'description');
}

function refuseSecret(input: string, field: string, they: string): void {
  if (!showsSecret(input)) return;
  throw invalidInput([
    { field, message: `must not hold a token or key: ${they} are shown to all who read lists` },
  ]);
}

/** What the caller should know about an expiry that was taken as it came. */
export function expiryWarnings(expiresAt: number | null, now: number): Warning[] {
  if (expiresAt === null || now < expiresAt) return [];
  return [
    {
      field: 'expiration_date',
      message: 'This date is in the past: the record is stored, and its status is expired.',
    },
  ];
}

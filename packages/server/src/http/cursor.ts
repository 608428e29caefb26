import { createHmac, timingSafeEqual } from 'node:crypto';
import { invalidInput } from '../control/fields.ts';

const SEAL_BYTES = 12;

/**
 * A place in a list, as text that means nothing to its holder: bound to the list's filters, and closed with a seal
 * so that an edited one is refused instead of giving a wrong page.
 */
export class Cursors {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  write(position: number, filters: unknown): string {
    return Buffer.concat([this.#seal(position, filters), Buffer.from(String(position))]).toString(
      'base64url',
    );
  }

  /** Throws `invalid_input`. */
  read(cursor: string, filters: unknown): number {
    const bytes = Buffer.from(cursor, 'base64url');
    const position = Number(bytes.subarray(SEAL_BYTES).toString('latin1'));
    const whole = Number.isSafeInteger(position) && bytes.toString('base64url') === cursor;
    if (whole && bytes.length > SEAL_BYTES) {
      if (timingSafeEqual(bytes.subarray(0, SEAL_BYTES), this.#seal(position, filters))) return position;
    }
    throw invalidInput([
      { field: 'cursor', message: 'must be a next_cursor of this list, with the same filters' },
    ]);
  }

  #seal(position: number, filters: unknown): Buffer {
    const content = JSON.stringify([position, filters]);
    return createHmac('sha256', this.#key).update(content).digest().subarray(0, SEAL_BYTES);
  }
}

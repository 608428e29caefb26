import type { WireToken } from '@hallpass/core/wire';
import { expiryText } from '../moments.ts';
import { plain } from '../plain.ts';

/** `ci: active, may read and write, expires 2027-01-31 18:00 …`: what a token is now. */
export function described(token: WireToken, now: number): string {
  const access = token.write ? 'may read and write' : 'may only read';
  return `${plain(token.name)}: ${token.status}, ${access}, ${expiryText(token.expires_at, now)}`;
}

import type { Principal } from '@hallpass/core/principal';

/** The identity headers of an allowed request: always all of them, flat. */
export function identityHeaders(principal: Principal): string[] {
  return [
    'X-Hallpass-Token-Id',
    principal.id,
    'X-Hallpass-Token-Name',
    principal.encodedName,
    'X-Hallpass-Write',
    principal.write ? 'true' : 'false',
    'X-Hallpass-Expires',
    principal.expiresAt === null ? 'never' : new Date(principal.expiresAt).toISOString(),
  ];
}

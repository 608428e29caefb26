import type { Status } from '@hallpass/core/record';
import type { Screen } from './screen.ts';

/** Colours a status. */
export function painted({ green, yellow, dim }: Screen['colours']) {
  const by = { active: green, expired: yellow, inactive: dim } as const;
  return (text: string, { status }: { readonly status: Status }) => by[status](text);
}

import type { Status } from '@hallpass/core/record';
import type { Screen } from './screen.ts';

/** Colours a status. */
export function painted({ green, yellow, dim }: Screen['colours']) {
  const by: Readonly<Record<Status, (text: string) => string>> = {
    active: green,
    expired: yellow,
    inactive: dim,
  };
  // A newer server may know of more.
  return (text: string, { status }: { readonly status: Status }) =>
    Object.hasOwn(by, status) ? by[status](text) : text;
}

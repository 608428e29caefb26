import type { TokenRecord } from '@hallpass/core/record';
import type { TokenFilter } from '../store/store.ts';
import { authorise } from './authorise.ts';
import type { Caller } from './caller.ts';
import type { Control } from './control.ts';

const PAGE = 500;

/** One page in the order of creation, behind the position `after`. */
export async function pageOfTokens(
  control: Control,
  caller: Caller,
  filter: Omit<TokenFilter, 'now'>,
  after: number,
  limit: number,
): Promise<TokenRecord[]> {
  const now = control.clock();
  await authorise(control, caller, 'token.list', null);
  return control.store.listTokens({ ...filter, now }, after, limit);
}

/**
 * All of them, in the order of creation, a few hundred in memory at a time. What is made while this goes on may be
 * among them. Who asks is looked at again for each page: it may be read for as long as somebody likes.
 */
export async function* allTokens(
  control: Control,
  caller: () => Caller,
  filter: Omit<TokenFilter, 'now'>,
): AsyncGenerator<readonly TokenRecord[]> {
  for (let after = 0; ; ) {
    const page = await pageOfTokens(control, caller(), filter, after, PAGE);
    if (page.length > 0 || after === 0) yield page;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    after = last.position;
  }
}

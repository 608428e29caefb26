import type { TokenRecord } from '@hallpass/core/record';
import type { TokenFilter } from '../store/store.ts';
import { authorise } from './authorise.ts';
import type { Caller } from './caller.ts';
import type { Control } from './control.ts';
import { textFrom } from './fields.ts';

const PAGE = 500;

type Sought = Omit<TokenFilter, 'now'>;

/** What is looked for, in the form it is stored in. Throws `invalid_input`. */
function storedForm({ search, createdBy, ...rest }: Sought): Sought {
  return {
    ...rest,
    ...(search === undefined ? {} : { search: textFrom(search, 'search') }),
    ...(createdBy === undefined ? {} : { createdBy: textFrom(createdBy, 'created_by') }),
  };
}

/** One page in the order of creation, behind the position `after`. */
export async function pageOfTokens(
  control: Control,
  caller: Caller,
  filter: Sought,
  after: number,
  limit: number,
): Promise<TokenRecord[]> {
  const now = control.clock();
  await authorise(control, caller, 'token.list', null);
  return control.store.listTokens({ ...storedForm(filter), now }, after, limit);
}

/**
 * All of them, in the order of creation, a few hundred in memory at a time. What is made while this goes on may be
 * among them. Who asks is looked at again for each page: it may be read for as long as somebody likes.
 */
export async function* allTokens(
  control: Control,
  caller: () => Caller,
  filter: Sought,
): AsyncGenerator<readonly TokenRecord[]> {
  for (let after = 0; ; ) {
    const page = await pageOfTokens(control, caller(), filter, after, PAGE);
    if (page.length > 0 || after === 0) yield page;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    after = last.position;
  }
}

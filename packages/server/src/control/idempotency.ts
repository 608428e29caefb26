import { hashOf } from '@hallpass/core/digest';
import type { Idempotency } from '../store/store.ts';
import type { Caller } from './caller.ts';

/** What makes a request of this caller the same as an earlier one; undefined without a key. `asked` must be JSON. */
export function idempotencyOf(
  { operator }: Caller,
  key: string | undefined,
  asked: unknown,
): Idempotency | undefined {
  if (key === undefined) return undefined;
  return { operatorId: operator.id, key, fingerprint: hashOf(JSON.stringify(asked)) };
}

import { FIRST_CHAIN } from '@hallpass/core/change';
import { packTokens } from '@hallpass/core/packed';
import { SnapshotEncoder } from '@hallpass/core/replica-snapshot';
import type { TableEntry } from '@hallpass/core/token-table';

export interface Tokens {
  readonly count: number;
  entries(): Iterable<TableEntry>;
}

const BATCH = 8_192;

/** The pieces of a snapshot of all tokens of a population, made one after the other. */
export function* snapshotOf(tokens: Tokens): Generator<Uint8Array> {
  const encoder = new SnapshotEncoder();
  yield encoder.start({ time: Date.now(), count: tokens.count });
  let batch: TableEntry[] = [];
  for (const entry of tokens.entries()) {
    batch.push(entry);
    if (batch.length < BATCH) continue;
    yield* encoder.batch(packTokens(batch));
    batch = [];
  }
  if (batch.length > 0) yield* encoder.batch(packTokens(batch));
  yield encoder.end({ epoch: 'bench', revision: tokens.count, chain: FIRST_CHAIN });
}

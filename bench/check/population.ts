import { randomFillSync } from 'node:crypto';
import { digestFromBytes, digestOf } from '@hallpass/core/digest';
import { newTokenId } from '@hallpass/core/id';
import { mint } from '@hallpass/core/token';
import type { TableEntry } from '@hallpass/core/token-table';

const LENGTH = 39;
const MOST_PRESENTED = 200_000;
const pool = new Uint8Array(1 << 16);
let used = pool.length;

/** Random bytes out of a pool: a system call for each of ten million tokens would be most of the load. */
function random(size: number): Uint8Array {
  if (used + size > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += size;
  return pool.subarray(used - size, used);
}

/** The tokens of one run. Values are kept of those that will be presented; of the others a digest is all there is. */
export class Population {
  readonly count: number;
  readonly #presented: number;
  readonly #values: Buffer;

  constructor(count: number) {
    this.count = count;
    this.#presented = Math.min(count, MOST_PRESENTED);
    this.#values = Buffer.alloc(this.#presented * LENGTH);
    for (let i = 0; i < this.#presented; i++) {
      this.#values.write(mint('hp_', random).reveal(), i * LENGTH, 'latin1');
    }
  }

  *entries(): Generator<TableEntry> {
    const terms = { name: '', expiresAt: null, active: true, write: true };
    for (let i = 0; i < this.count; i++) {
      const digest = i < this.#presented ? digestOf(this.#value(i)) : digestFromBytes(random(32));
      yield { ...terms, digest, id: newTokenId(1_700_000_000_000 + i, random) };
    }
  }

  /** Values in random order, each a string just cut out of a buffer, as a header parser gives them. */
  present(count: number): string[] {
    return Array.from({ length: count }, () => this.#value(Math.floor(Math.random() * this.#presented)));
  }

  #value(index: number): string {
    return this.#values.toString('latin1', index * LENGTH, (index + 1) * LENGTH);
  }
}

import type { Clock } from '@hallpass/core/clock';
import { SnapshotEncoder } from '@hallpass/core/replica-snapshot';
import type { Snapshot, Store } from '../../store/store.ts';

/** Each holds a read transaction, and a batch or two in memory. */
const MOST_AT_ONCE = 16;

/** Snapshots over the wire, a few at a time: who comes while as many are under way waits for its turn. */
export class Snapshots {
  readonly #store: Pick<Store, 'openSnapshot'>;
  readonly #clock: Clock;
  readonly #queue: (() => void)[] = [];
  #free = MOST_AT_ONCE;

  constructor(store: Pick<Store, 'openSnapshot'>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /**
   * Opens a snapshot when it is its turn. Its pieces end in an error when `allowed` says no in between. Whoever opens
   * one ends it.
   */
  async open(allowed: () => boolean): Promise<{ pieces: AsyncGenerator<Uint8Array>; end(): Promise<void> }> {
    await this.#turn();
    try {
      const time = this.#clock();
      const snapshot = await this.#store.openSnapshot();
      let ended = false;
      return {
        pieces: piecesOf(snapshot, time, allowed),
        end: async () => {
          if (ended) return;
          ended = true;
          this.#release();
          await snapshot.end();
        },
      };
    } catch (error) {
      this.#release();
      throw error;
    }
  }

  async #turn(): Promise<void> {
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    await new Promise<void>((resolve) => this.#queue.push(resolve));
  }

  #release(): void {
    const next = this.#queue.shift();
    if (next) next();
    else this.#free++;
  }
}

async function* piecesOf(
  snapshot: Snapshot,
  time: number,
  allowed: () => boolean,
): AsyncGenerator<Uint8Array> {
  const encoder = new SnapshotEncoder();
  yield encoder.start({ time, count: snapshot.count });
  for (let batch = await snapshot.next(); batch; batch = await snapshot.next()) {
    if (!allowed()) throw new Error('Whoever asked for this snapshot may not have it any more.');
    yield* encoder.batch(batch);
  }
  yield encoder.end(snapshot.head);
}

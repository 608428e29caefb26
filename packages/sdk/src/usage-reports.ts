import type { RandomBytes } from '@hallpass/core/token';
import type { Cancel, Surroundings } from './surroundings.ts';
import type { Usage, WireUsage } from './usage.ts';

const INTERVAL = 5_000;
const MOST_USES = 500;

export interface UsageReportOptions {
  readonly usage: Usage;
  readonly name: string;
  /** The status of the answer; rejects when there is none. */
  readonly send: (report: WireUsage) => Promise<number>;
  readonly surroundings: Pick<Surroundings, 'later' | 'random'>;
}

function batchIds(random: RandomBytes): () => string {
  const start = Buffer.from(random(12)).toString('base64url');
  let count = 0;
  return () => `${start}${(count++).toString(36)}`;
}

/** Whether the report can be forgotten: it was taken, or never will be. Another key may be let in later. */
function isSettled(status: number): boolean {
  return status < 500 && ![401, 403, 408, 429].includes(status);
}

/**
 * Sends what was counted, behind, in batches. One that got no answer goes out again as it was, under the same id, so
 * that it counts once.
 */
export class UsageReports {
  readonly #options: UsageReportOptions;
  readonly #nextBatch: () => string;
  #unanswered: WireUsage | undefined;
  #sending: Promise<void> = Promise.resolve();
  #cancel: Cancel = () => {};
  #ended = false;

  constructor(options: UsageReportOptions) {
    this.#options = options;
    this.#nextBatch = batchIds(options.surroundings.random);
  }

  start(): void {
    if (this.#ended) return;
    this.#cancel = this.#options.surroundings.later(INTERVAL, () => {
      void this.#report().then(() => this.start());
    });
  }

  /** Reports once more, and no more after that. Never rejects. */
  async close(): Promise<void> {
    this.#ended = true;
    this.#cancel();
    await this.#report();
  }

  /** One at a time; ends at the first report that is not taken. */
  #report(): Promise<void> {
    this.#sending = this.#sending.then(async () => {
      for (let next = this.#next(); next; next = this.#next()) {
        this.#unanswered = next;
        if (!(await this.#send(next))) return;
        this.#unanswered = undefined;
      }
    });
    return this.#sending;
  }

  #next(): WireUsage | undefined {
    if (this.#unanswered) return this.#unanswered;
    const { usage, name } = this.#options;
    const taken = usage.take(MOST_USES);
    return taken && { replica: name, batch: this.#nextBatch(), ...taken };
  }

  async #send(report: WireUsage): Promise<boolean> {
    try {
      return isSettled(await this.#options.send(report));
    } catch {
      return false;
    }
  }
}

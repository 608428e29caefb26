import type { Digest } from '@hallpass/core/digest';
import type { TokenId } from '@hallpass/core/id';
import type { Control } from './control/control.ts';
import { retireValues } from './control/retire-values.ts';
import type { Live } from './live.ts';
import type { Logger } from './log.ts';

const INTERVAL = 60_000;
const TOKENS_A_SWEEP = 500;
/** A clock that ran ahead, and is put right within a day, has not taken a value away. */
const KEPT_PAST_END = 24 * 60 * 60 * 1000;

/**
 * Takes former values that are over from the store: at once those that ended with a first use, now and then those
 * whose time has passed. Checks refuse them already. What fails is tried again.
 */
export class Retirement {
  readonly #control: Control;
  readonly #log: Logger;
  readonly #due = new Map<TokenId, ReadonlySet<Digest>>();
  readonly #timer: NodeJS.Timeout;
  #under: Promise<void> = Promise.resolve();

  constructor(control: Control, live: Pick<Live, 'followFirstUses'>, log: Logger) {
    this.#control = control;
    this.#log = log;
    live.followFirstUses((id, ended) => {
      this.#note(id, ended);
      this.#run(() => this.#retireUsed());
    });
    this.#timer = setInterval(() => this.sweep(), INTERVAL);
    this.#timer.unref();
  }

  /** Resolves when everything that is due has been tried. */
  sweep(): Promise<void> {
    return this.#run(async () => {
      await this.#retireUsed();
      await this.#retireEnded();
    });
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#run(() => this.#retireUsed());
  }

  #run(work: () => Promise<void>): Promise<void> {
    this.#under = this.#under.then(work).catch((err: unknown) => {
      this.#log.warn(
        { err },
        'former values that are over could not be taken from the store; tried again later',
      );
    });
    return this.#under;
  }

  #note(id: TokenId, ended: Iterable<Digest>): void {
    this.#due.set(id, new Set([...(this.#due.get(id) ?? []), ...ended]));
  }

  async #retireUsed(): Promise<void> {
    for (const [id, ended] of this.#due) {
      this.#due.delete(id);
      try {
        await retireValues(this.#control, id, 'first_use', ({ digest }) => ended.has(digest));
      } catch (error) {
        this.#note(id, ended);
        throw error;
      }
    }
  }

  async #retireEnded(): Promise<void> {
    const { store, clock } = this.#control;
    const limit = clock() - KEPT_PAST_END;
    for (const { id } of await store.tokensWithEndedValues(limit, TOKENS_A_SWEEP)) {
      await retireValues(this.#control, id, 'ended', ({ endsAt }) => endsAt !== null && endsAt <= limit);
    }
  }
}

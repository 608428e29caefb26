import { connectReader } from 'hallpass/store/sqlite/database';
import type { CommitTimes } from './plan.ts';

const LOOK_MS = 1;

/**
 * Sees from outside when changes are committed, by looking at the database again and again. A change counts as
 * committed at the last look that did not show it yet: never later than it was, so no delay is told too short.
 */
export class Commits {
  readonly #database: ReturnType<typeof connectReader>;
  readonly #timer: NodeJS.Timeout;
  readonly #read: () => number;
  readonly #times: (readonly [number, number])[] = [];
  #revision: number;
  #looked: number;

  constructor(file: string) {
    this.#database = connectReader(file);
    const head = this.#database.prepare('select revision from head');
    this.#read = () => (head.get() as { revision: number }).revision;
    this.#looked = Date.now();
    this.#revision = this.#read();
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  /** The commits of all changes since the start. */
  get times(): CommitTimes {
    return this.#times;
  }

  end(): void {
    clearInterval(this.#timer);
    this.#look();
    this.#database.close();
  }

  #look(): void {
    const now = Date.now();
    const revision = this.#read();
    while (this.#revision < revision) this.#times.push([++this.#revision, this.#looked]);
    this.#looked = now;
  }
}

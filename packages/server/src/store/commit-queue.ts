import { type JournalEntry, type Outcome, StoreError, type StoreFault, type Write } from './store.ts';

/** A StoreError on its way between threads. */
export interface Failure {
  readonly kind: 'failed';
  readonly fault: StoreFault;
  readonly message: string;
}

/** What became of a group of writes: a result each, and all changes in the order of revisions. */
export interface GroupResult {
  readonly results: readonly (Outcome | Failure)[];
  readonly entries: readonly JournalEntry[];
}

interface Waiting {
  readonly write: Write;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

/** Writes on their way, and what becomes of them; undefined: they have been told already. */
interface Group {
  readonly writes: readonly Waiting[];
  readonly answer: Promise<GroupResult | undefined>;
}

const LARGEST_GROUP = 256;

/** Runs an answer now or a little later; answers are run in the order in which they were handed in. */
export type Pace = (answer: () => void) => void;

const AT_ONCE: Pace = (answer) => answer();

/** Gathers the writes that arrive while a commit is under way, and hands them on together. */
export class CommitQueue {
  readonly #commitGroup: (writes: readonly Write[]) => Promise<GroupResult>;
  readonly #pace: Pace;
  readonly #listeners: ((entries: readonly JournalEntry[]) => void)[] = [];
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  /** `pace` is that of the answers to new tokens. Whoever takes a right away is answered at once. */
  constructor(commitGroup: (writes: readonly Write[]) => Promise<GroupResult>, pace: Pace = AT_ONCE) {
    this.#commitGroup = commitGroup;
    this.#pace = pace;
  }

  follow(listener: (entries: readonly JournalEntry[]) => void): void {
    this.#listeners.push(listener);
  }

  commit(write: Write): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ write, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves once what became of everything that was handed in is known; rejects with the fault of a listener. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #run(next?: Group): Promise<void> {
    try {
      // One turn of patience, so that writes made in one go share the first commit too.
      await null;
      for (let group = next ?? this.#begin(); group; group = next ?? this.#begin()) {
        const answer = await group.answer;
        // First the next group: the database works on it while the answers to this one are made.
        next = this.#begin();
        this.#settle(group.writes, answer);
      }
    } finally {
      // After a listener's fault there may be more: what is with the database is told and answered all the same.
      this.#running = next || this.#waiting.length > 0 ? this.#run(next) : undefined;
    }
  }

  #begin(): Group | undefined {
    const writes = this.#waiting.splice(0, LARGEST_GROUP);
    return writes.length === 0 ? undefined : { writes, answer: this.#answerTo(writes) };
  }

  #settle(writes: readonly Waiting[], answer: GroupResult | undefined): void {
    if (answer === undefined) return;
    try {
      if (answer.entries.length > 0) for (const listener of this.#listeners) listener(answer.entries);
    } finally {
      writes.forEach(({ write, resolve, reject }, i) => {
        const result = answer.results[i] as Outcome | Failure;
        const pace = write.mutation.kind === 'insert_token' ? this.#pace : AT_ONCE;
        pace(() => {
          if (result.kind === 'failed') reject(new StoreError(result.fault, result.message));
          else resolve(result);
        });
      });
    }
  }

  async #answerTo(group: readonly Waiting[]): Promise<GroupResult | undefined> {
    try {
      return await this.#commitGroup(group.map(({ write }) => write));
    } catch (error) {
      for (const { reject } of group) reject(error);
      return undefined;
    }
  }
}

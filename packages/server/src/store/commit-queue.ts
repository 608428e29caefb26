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

/** Small enough that a write which comes meanwhile is not long in waiting. */
const LARGEST_GROUP = 64;
/** So many places of a group are for new tokens, however many changes there are. */
const SHARE = 16;

/** When new tokens have their turn. Whatever else is written, and whoever takes a right away, has it at once. */
export interface Pace {
  /** Runs an answer now or a little later; answers are run in the order in which they were handed in. */
  answer(run: () => void): void;
  /** Runs the beginning of a group now or a little later: those that come meanwhile share its commit. */
  begin(run: () => void): void;
}

const AT_ONCE: Pace = { answer: (run) => run(), begin: (run) => run() };

function isNewToken({ write }: Waiting): boolean {
  return write.mutation.kind === 'insert_token';
}

/** Gathers the writes that arrive while a commit is under way, and hands them on together: new tokens behind all others. */
export class CommitQueue {
  readonly #commitGroup: (writes: readonly Write[]) => Promise<GroupResult>;
  readonly #pace: Pace;
  readonly #listeners: ((entries: readonly JournalEntry[]) => void)[] = [];
  readonly #newTokens: Waiting[] = [];
  readonly #others: Waiting[] = [];
  /** Begins the group that is put off, if one is. */
  #hurry: () => void = () => {};
  #running: Promise<void> | undefined;

  constructor(commitGroup: (writes: readonly Write[]) => Promise<GroupResult>, pace: Pace = AT_ONCE) {
    this.#commitGroup = commitGroup;
    this.#pace = pace;
  }

  follow(listener: (entries: readonly JournalEntry[]) => void): void {
    this.#listeners.push(listener);
  }

  commit(write: Write): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const waiting = { write, resolve, reject };
      if (isNewToken(waiting)) this.#newTokens.push(waiting);
      else {
        this.#others.push(waiting);
        this.#hurry();
      }
      this.#running ??= this.#run();
    });
  }

  /** Resolves once what became of everything that was handed in is known; rejects with the fault of a listener. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #run(next?: Promise<Group | undefined>): Promise<void> {
    try {
      // One turn of patience, so that writes made in one go share the first commit too.
      await null;
      for (let group = await (next ?? this.#next()); group; group = await next) {
        const answer = await group.answer;
        // First the next group: the database works on it while the answers to this one are made.
        next = this.#next();
        this.#settle(group.writes, answer);
      }
      next = undefined;
    } finally {
      // After a listener's fault there may be more: what is with the database is told and answered all the same.
      this.#running = next || this.#waits ? this.#run(next) : undefined;
    }
  }

  get #waits(): boolean {
    return this.#others.length > 0 || this.#newTokens.length > 0;
  }

  /** The next group once it has begun; undefined where nothing waits. */
  #next(): Promise<Group | undefined> {
    return new Promise((resolve) => {
      let begun = false;
      const begin = () => {
        if (begun) return;
        begun = true;
        this.#hurry = () => {};
        resolve(this.#begin());
      };
      if (this.#others.length > 0 || !this.#waits) begin();
      else {
        this.#hurry = begin;
        this.#pace.begin(begin);
      }
    });
  }

  #begin(): Group | undefined {
    const writes = this.#others.splice(0, LARGEST_GROUP - Math.min(this.#newTokens.length, SHARE));
    writes.push(...this.#newTokens.splice(0, LARGEST_GROUP - writes.length));
    return writes.length === 0 ? undefined : { writes, answer: this.#answerTo(writes) };
  }

  #settle(writes: readonly Waiting[], answer: GroupResult | undefined): void {
    if (answer === undefined) return;
    try {
      if (answer.entries.length > 0) for (const listener of this.#listeners) listener(answer.entries);
    } finally {
      writes.forEach((waiting, i) => {
        const result = answer.results[i] as Outcome | Failure;
        const pace = isNewToken(waiting) ? this.#pace : AT_ONCE;
        pace.answer(() => {
          if (result.kind === 'failed') waiting.reject(new StoreError(result.fault, result.message));
          else waiting.resolve(result);
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

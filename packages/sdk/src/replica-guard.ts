import type { Replica } from '@hallpass/core/replica';
import { FRESH_FOR } from '@hallpass/core/replica-following';
import { DENY, type Verdict } from '@hallpass/core/verdict';
import type { CheckOptions, Guard, GuardEvents, Trouble } from './guard.ts';
import { Listeners } from './listeners.ts';
import { accessAsked, type Checkable, presentedBy } from './request.ts';
import type { Surroundings } from './surroundings.ts';
import type { Usage } from './usage.ts';

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** A guard over a replica that somebody drives: verdicts, and what is to be known of the copy. */
export class ReplicaGuard implements Guard {
  readonly #replica: Replica;
  readonly #usage: Usage;
  readonly #surroundings: Surroundings;
  readonly #listeners = new Listeners<GuardEvents>();
  readonly #waiting = new Set<Waiting>();
  #trouble: Trouble | undefined;
  #wasFresh = false;
  #told = 0;
  #end: Promise<void> | undefined;
  readonly #stop: () => Promise<void>;

  constructor(replica: Replica, usage: Usage, surroundings: Surroundings, stop: () => Promise<void>) {
    this.#replica = replica;
    this.#usage = usage;
    this.#surroundings = surroundings;
    this.#stop = stop;
  }

  check(request: Checkable, options?: CheckOptions): Verdict {
    const now = this.#surroundings.now();
    const verdict = this.#decide(request, options?.write, now);
    this.#usage.note(verdict, now.wall);
    return verdict;
  }

  #decide(request: Checkable, write: boolean | undefined, now: ReturnType<Surroundings['now']>): Verdict {
    try {
      return this.#replica.check(
        { presented: presentedBy(request), access: accessAsked(request, write) },
        now,
      );
    } catch {
      return DENY.fault;
    }
  }

  get fresh(): boolean {
    const { kind } = this.#replica.state;
    return (kind === 'live' || kind === 'loading') && this.ageMs <= FRESH_FOR;
  }

  get revision(): number {
    return this.#replica.position?.revision ?? 0;
  }

  get ageMs(): number {
    return this.#replica.age(this.#surroundings.now());
  }

  on<K extends keyof GuardEvents>(event: K, listener: (event: GuardEvents[K]) => void): () => void {
    return this.#listeners.on(event, listener);
  }

  ready(signal?: AbortSignal): Promise<void> {
    if (this.#end) return Promise.reject(this.#notReady('The guard is closed.'));
    if (this.#replica.serves(this.#surroundings.now())) return Promise.resolve();
    if (signal?.aborted) return Promise.reject(this.#notReady('The guard is not ready yet.'));
    return new Promise((resolve, reject) => {
      const abort = () => waiting.reject(this.#notReady('The guard is not ready yet.'));
      const done = () => {
        signal?.removeEventListener('abort', abort);
        this.#waiting.delete(waiting);
      };
      const waiting: Waiting = {
        resolve: () => {
          done();
          resolve();
        },
        reject: (error) => {
          done();
          reject(error);
        },
      };
      this.#waiting.add(waiting);
      signal?.addEventListener('abort', abort);
    });
  }

  close(): Promise<void> {
    this.#end ??= this.#close();
    return this.#end;
  }

  async #close(): Promise<void> {
    this.#replica.take({ kind: 'close', at: this.#surroundings.now() });
    for (const waiting of [...this.#waiting]) waiting.reject(this.#notReady('The guard is closed.'));
    await this.#stop();
  }

  /** Tells who listens what has become of the copy since the last call. */
  progress(): void {
    const { fresh, revision } = this;
    if (revision !== this.#told) {
      this.#told = revision;
      this.#listeners.tell('revision', revision);
    }
    if (fresh !== this.#wasFresh && !this.#end) {
      this.#wasFresh = fresh;
      if (fresh) this.#listeners.tell('live', { revision });
      else this.#listeners.tell('stale', { ageMs: this.ageMs });
    }
    if (this.#waiting.size > 0 && this.#replica.serves(this.#surroundings.now()))
      for (const { resolve } of [...this.#waiting]) resolve();
  }

  /** A stream is sound: trouble from now on is new, even where it is the same. */
  sound(): void {
    this.#trouble = undefined;
  }

  /** Trouble that stays the same is told once. */
  trouble(trouble: Trouble): void {
    if (this.#end) return;
    const known = this.#trouble;
    this.#trouble = trouble;
    if (known?.code === trouble.code && known.message === trouble.message) return;
    if (!this.#listeners.tell('trouble', trouble)) this.#surroundings.warn(trouble.message);
  }

  #notReady(message: string): Error {
    const trouble = this.#trouble;
    return new Error(trouble ? `${message} ${trouble.message}` : message);
  }
}

import type { Verdict } from '@hallpass/core/verdict';
import type { Checkable } from './request.ts';

export type { Principal } from '@hallpass/core/principal';
export type { DenyReason, Verdict } from '@hallpass/core/verdict';

export interface CheckOptions {
  /** Whether the request writes, where its method does not say so rightly. */
  readonly write?: boolean;
}

/** What makes a verdict. Adapters need no more. */
export interface Checker {
  /** Never throws, never waits: what goes wrong is a refusal. */
  check(request: Checkable, options?: CheckOptions): Verdict;
}

/** Something that needs a look. The guard goes on trying; `message` says what to do. */
export interface Trouble {
  readonly code: /** No answer, or none of use. */
    | 'unreachable'
    /** The server refuses: the key, its role, or the version of this SDK. */
    | 'refused'
    /** What came is not what the server holds; it is asked for again. */
    | 'damaged'
    /** The snapshot file could not be read, or not be written. */
    | 'snapshot_file'
    /** The key's file could not be read, or holds no operator key. */
    | 'key';
  readonly message: string;
}

export type GuardEvents = {
  /** The copy is known to be whole now. */
  readonly live: { readonly revision: number };
  /** It no longer is: the server has been silent, or cannot be reached, for 15 seconds. Verdicts go on. */
  readonly stale: { readonly ageMs: number };
  /** The copy has moved on to this revision; everything up to it counts from now on. */
  readonly revision: number;
  readonly trouble: Trouble;
};

/** A copy of all tokens that decides in this process, and follows its server. */
export interface Guard extends Checker {
  /**
   * Resolves once verdicts rest on a copy, be it one of a snapshot file. Rejects when the signal is aborted or the
   * guard is closed before; the cause is the last trouble.
   */
  ready(signal?: AbortSignal): Promise<void>;
  /** Whether the copy was known to be whole at most 15 seconds ago. */
  readonly fresh: boolean;
  /** The newest change that is in the copy; 0 without one. */
  readonly revision: number;
  /** How long ago, in milliseconds, the copy was known to be whole; Infinity without one. */
  readonly ageMs: number;
  /** Returns what takes the listener away. Trouble that nobody listens for becomes a warning of the process. */
  on<K extends keyof GuardEvents>(event: K, listener: (event: GuardEvents[K]) => void): () => void;
  /**
   * Ends for good: from now on every verdict is `not_ready`. What has been counted is reported first. Until then the
   * guard keeps the process alive.
   */
  close(): Promise<void>;
}

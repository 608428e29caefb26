import type { Failure } from '../commit-queue.ts';
import type { LoadPart, SqliteEngine } from './engine.ts';

/** What the thread is started with. */
export interface Opening {
  readonly file: string;
  /** The name of the history, should this be its beginning. */
  readonly epoch: string;
}

export type Method = keyof SqliteEngine;

export interface Request {
  readonly id: number;
  readonly method: Method;
  readonly args: readonly unknown[];
}

/** The id under which the thread says that the database is open, or why not. */
export const OPENING = 0;

export interface Reply {
  readonly id: number;
  readonly result:
    | { readonly kind: 'value'; readonly value: unknown }
    | { readonly kind: 'part'; readonly part: LoadPart }
    | Failure;
}

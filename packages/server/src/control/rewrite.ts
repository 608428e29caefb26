import { HallpassError } from '@hallpass/core/errors';
import type { Outcome, Refusal } from '../store/store.ts';
import type { Turns } from './turns.ts';

const ATTEMPTS = 8;

/** What `If-Match` asks of a record's revision; absent means nothing is asked. */
export type IfMatch = ((revision: number) => boolean) | undefined;

const REFUSALS: Readonly<Record<Refusal, string>> = {
  invalid_token: 'The operator that asked for this has been removed, has ended or is not active any more.',
  insufficient_scope: 'The operator that asked for this has been given another role meanwhile.',
  revision_mismatch: 'The record has changed since you read it. Read it again and decide anew.',
  last_owner: 'Make another owner without an end first: without one nobody could manage operators.',
  name_taken: 'Choose another name, or change the record that has this one.',
};

/** Throws what a refusal means to the caller. */
export function refuse(refusal: Refusal): never {
  throw new HallpassError(refusal, REFUSALS[refusal]);
}

/** Which record a rewrite is about: one at a time works on it. */
export interface Subject {
  readonly turns: Turns;
  readonly kind: 'token' | 'operator';
  readonly name: string;
}

/**
 * Reads a record, lets `write` commit what follows from it, and does both again when somebody was faster.
 * A caller that named a revision is told instead: only it can say whether its wish still stands.
 */
export function rewrite<Row extends { revision: number }, Result>(
  { turns, kind, name }: Subject,
  read: () => Promise<Row>,
  ifMatch: IfMatch,
  write: (row: Row) => Promise<{ outcome: Outcome; result: (revision: number) => Result }>,
): Promise<Result> {
  return turns.take(`${kind} ${name}`, () => attempt(read, ifMatch, write));
}

/** Another server on the same database may be faster, so it is tried more than once. */
async function attempt<Row extends { revision: number }, Result>(
  read: () => Promise<Row>,
  ifMatch: IfMatch,
  write: (row: Row) => Promise<{ outcome: Outcome; result: (revision: number) => Result }>,
): Promise<Result> {
  for (let tried = 0; tried < ATTEMPTS; tried++) {
    const row = await read();
    if (ifMatch && !ifMatch(row.revision)) refuse('revision_mismatch');
    const { outcome, result } = await write(row);
    if (outcome.kind === 'done') return result(outcome.revision ?? row.revision);
    if (outcome.kind === 'repeated') break;
    if (outcome.kind !== 'revision_mismatch' || ifMatch) refuse(outcome.kind);
  }
  throw new HallpassError('conflict', 'The record kept changing while this was tried. Try again.');
}

import type { Head } from './change.ts';
import type { Age, Contact, Instant } from './replica-age.ts';
import { ageAt } from './replica-age.ts';
import type { FeedRow, Frame } from './wire-feed.ts';

/** Where bytes come from. A file is what a server once said. */
export type Origin = 'server' | 'file';

/** What is known of the tokens in memory: their place in the journal, the server's clock, and their age. */
export interface Copy {
  readonly head: Head;
  readonly contact: Contact;
  readonly age: Age;
}

interface Following {
  readonly copy: Copy;
  /** The stream whose frames count; `down` when there is none. */
  readonly link: Origin | 'down';
  readonly heardAt: Instant;
  /** The revision at which a stream was doubted last: a second doubt in the same place asks for a snapshot. */
  readonly doubt: number | null;
}

export type ReplicaState =
  | { readonly kind: 'cold' }
  /** A snapshot, asked for at `began`, is being built aside; the copy there was goes on. */
  | {
      readonly kind: 'loading';
      readonly copy: Copy | null;
      readonly origin: Origin;
      readonly began: Instant;
    }
  | ({ readonly kind: 'live' } & Following)
  | ({ readonly kind: 'stale' } & Following)
  | { readonly kind: 'closed' };

type FrameEvent = Exclude<Frame, { kind: 'hello' }>;

export type ReplicaEvent = { readonly at: Instant } & (
  | { readonly kind: 'snapshot_begins'; readonly origin: Origin; readonly asked: Instant }
  | { readonly kind: 'snapshot_ends'; readonly head: Head; readonly time: number }
  | { readonly kind: 'snapshot_fails' }
  /** The stream that was asked for at `asked` begins. */
  | (Extract<Frame, { kind: 'hello' }> & { readonly origin: Origin; readonly asked: Instant })
  | FrameEvent
  /** What arrived is no frame. */
  | { readonly kind: 'malformed' }
  | { readonly kind: 'cut' }
  | { readonly kind: 'tick' }
  | { readonly kind: 'close' }
);

export type StateKind = ReplicaState['kind'];
export type EventKind = ReplicaEvent['kind'];
export type StateOf<K extends StateKind> = Extract<ReplicaState, { kind: K }>;
export type EventOf<K extends EventKind> = Extract<ReplicaEvent, { kind: K }>;

/** Why a stream or a snapshot is given up. */
export type Doubt =
  | 'malformed'
  | 'gap'
  | 'behind'
  | 'epoch'
  | 'chain'
  | 'reset'
  | 'snapshot'
  | 'silent'
  | 'late'
  | 'resume'
  | 'cut';

export type Ignored = 'repeat' | 'no_stream' | 'no_snapshot' | 'newer_copy' | 'nothing_due' | 'closed';

/** What whoever drives the replica has to do. */
export type Outcome =
  | { readonly kind: 'noted' }
  /** Start a table aside. */
  | { readonly kind: 'loading' }
  /** Put this row into the table. */
  | { readonly kind: 'applied'; readonly row: FeedRow }
  /** The table aside takes the place. `backwards`: its server knows less than the copy did. */
  | { readonly kind: 'swapped'; readonly backwards: boolean }
  | { readonly kind: 'ignored'; readonly why: Ignored }
  /** Give up what is open; ask for the tail behind the copy, or for a snapshot. */
  | { readonly kind: 'resync'; readonly by: 'tail' | 'snapshot'; readonly reason: Doubt }
  /** Tell the server that everything up to here has been applied. */
  | { readonly kind: 'confirm'; readonly position: Head }
  | { readonly kind: 'closed' };

export interface Step {
  readonly state: ReplicaState;
  readonly outcome: Outcome;
}

export function copyOf(state: ReplicaState): Copy | null {
  return state.kind === 'cold' || state.kind === 'closed' ? null : state.copy;
}

/** Whether verdicts may rest on the copy at `now`: there is one, and it is not older than the limit. */
export function serves(state: ReplicaState, maxStaleness: number, now: Instant): boolean {
  const copy = copyOf(state);
  return copy !== null && ageAt(copy.age, now) <= maxStaleness;
}

/** What the process of the replicas is to do, told as its first line. */
export interface FeedPlan {
  readonly port: number;
  readonly replicas: number;
  readonly key: string;
  /** Where all of them begin. */
  readonly place: string;
  /** Each comes at a moment of its own in so many milliseconds; 0: all at once. */
  readonly spreadMs: number;
}

/** What it is told as its second line, which asks it to end: when changes were committed, by revision. */
export type CommitTimes = readonly (readonly [revision: number, at: number])[];

/** Milliseconds until a replica had a change. */
export interface Delays {
  readonly p50: number;
  readonly p99: number;
}

/** What it says of itself: that it is there, then that all are connected, then, asked to end, what they got. */
export type FeedReport =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'connected' /** Milliseconds from the first attempt to the last hello. */;
      readonly after: number;
    }
  | {
      readonly kind: 'ended';
      /** Rows that came, to all replicas together, and rows that came out of order. */
      readonly rows: number;
      readonly lost: number;
      /** From when it was ordered, so that the commit is a part of it. */
      readonly ordered: Delays;
      /** From when it was committed, of those changes whose commit was told. */
      readonly committed: Delays;
    };

/** Whom the replicas are to follow. */
export interface FeedPlan {
  readonly port: number;
  readonly replicas: number;
  readonly key: string;
  /** Where all of them begin. */
  readonly place: string;
  /** Each comes at a moment of its own in so many milliseconds; 0: all at once. */
  readonly spreadMs: number;
}

/** When changes were committed, by revision. */
export type CommitTimes = readonly (readonly [revision: number, at: number])[];

/** What the process of the replicas is to do, a line each: to leave where they are and follow a server, or to end. */
export type FeedOrder =
  | { readonly kind: 'connect'; readonly plan: FeedPlan }
  | { readonly kind: 'end'; readonly commits: CommitTimes };

/** Milliseconds until a replica had a change. */
export interface Delays {
  readonly p50: number;
  readonly p99: number;
}

/** What it says of itself: that it is there, each time that all are connected, and, asked to end, what they got since. */
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

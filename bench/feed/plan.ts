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
      /** Milliseconds from when a change was ordered to when a replica had it, the commit included. */
      readonly p50: number;
      readonly p99: number;
    };

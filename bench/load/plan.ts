/** What one generator process is to do. */
export interface Plan {
  readonly port: number;
  readonly connections: number;
  /** Whole requests in HTTP/1.1, taken in turn; `{n}` in one becomes a number of 12 digits that never repeats. */
  readonly requests: readonly string[];
  readonly expect: Expected;
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** Requests a second, sent at even steps whether or not answers come. Absent: each answer is followed by a request. */
  readonly rate?: number;
}

/** What every answer must be: its status and how many bytes its body has. */
export interface Expected {
  readonly status: number;
  readonly least: number;
  readonly most: number;
}

/** What came of it, without the warm-up. Times in milliseconds; of a paced request from when it was due. */
export interface Load {
  readonly answers: number;
  /** Answers a second. */
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  /** How often what went wrong, warm-up included. */
  readonly faults: Readonly<Record<string, number>>;
}

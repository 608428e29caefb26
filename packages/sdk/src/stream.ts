import { elapsed, type Instant } from '@hallpass/core/replica-age';
import type { Frame } from '@hallpass/core/wire-feed';
import { FrameReader, type Malformed } from '@hallpass/core/wire-feed-reader';

/** An answer to a poll that came faster, in milliseconds, and brought nothing was no answer to wait for. */
const SHORTEST_POLL = 250;

/** What has been seen of one stream. */
export class Stream {
  readonly reader = new FrameReader();
  readonly polls: boolean;
  /** Under which name the server knows this replica on it. */
  replica = '';
  #rows = 0;
  #heartbeats = 0;

  constructor(polls: boolean) {
    this.polls = polls;
  }

  note({ kind }: Frame | Malformed): void {
    if (kind === 'change') this.#rows++;
    if (kind === 'heartbeat') this.#heartbeats++;
  }

  /** Whether it ended as an answer to a poll does. */
  ended(asked: Instant, now: Instant): boolean {
    if (!this.polls || this.#heartbeats === 0) return false;
    return this.#rows > 0 || elapsed(asked, now) >= SHORTEST_POLL;
  }
}

import type { Instant } from '@hallpass/core/replica-age';
import { FeedError } from './feed-error.ts';
import type { Cancel, Surroundings } from './surroundings.ts';

/** Milliseconds without a byte behind which an answer is given up. */
const STALLED_AFTER = 15_000;
/** Milliseconds that all of it may take: a server ends it then as well. */
const LONGEST = 600_000;

/** An answer whose bytes are still to come. `asked`: when it was asked for. */
export interface Incoming {
  readonly asked: Instant;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** Gives an answer up, with a FeedError, when it does not begin, stalls, or comes in drops. */
export async function patiently(
  open: (signal: AbortSignal) => Promise<Incoming>,
  { url, signal, later }: { url: string; signal: AbortSignal; later: Surroundings['later'] },
): Promise<Incoming> {
  const controller = new AbortController();
  const giveUp = (why: string) => {
    controller.abort(new FeedError('unreachable', `${url} ${why} It is asked again.`));
  };
  const cancelLongest = later(LONGEST, () => giveUp('has not sent all of its snapshot in ten minutes.'));
  let cancel: Cancel = () => {};
  const watch = () => {
    cancel();
    cancel = later(STALLED_AFTER, () => giveUp('has sent nothing of its snapshot for 15 seconds.'));
  };
  const end = () => {
    cancel();
    cancelLongest();
  };
  async function* watched(bytes: Incoming['bytes']): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for await (const chunk of bytes) {
        watch();
        yield chunk;
      }
    } finally {
      end();
    }
  }
  // Whoever asks may leave before anything is read.
  signal.addEventListener('abort', end);
  watch();
  try {
    const { asked, bytes } = await open(AbortSignal.any([signal, controller.signal]));
    return { asked, bytes: watched(bytes) };
  } catch (error) {
    end();
    throw error;
  }
}

import type { Head } from '@hallpass/core/change';
import { samePosition } from '@hallpass/core/replica-position';
import { SnapshotDamaged, SnapshotDecoder } from '@hallpass/core/replica-snapshot-decoder';
import type { Secret } from '@hallpass/core/secret';
import { FeedError } from './feed-error.ts';
import type { Incoming } from './patience.ts';
import type { Draft, SnapshotFile } from './snapshot-file.ts';

export interface RenewalOptions {
  readonly file: SnapshotFile;
  readonly key: () => Promise<Secret>;
  readonly load: (signal: AbortSignal) => Promise<Incoming>;
  /** Where the stream stands. */
  readonly from: Head;
  /** How many bytes of the stream are kept in memory meanwhile: with more the new file would be full as it begins. */
  readonly most: number;
}

interface Row {
  readonly head: Head;
  readonly bytes: Uint8Array;
}

/**
 * A new file beside the one there is. Its snapshot is loaded while the stream goes on, because who does not follow is
 * not waited for; it takes the place once the stream has come to where that snapshot ends.
 */
export class Renewal {
  readonly #options: RenewalOptions;
  readonly #controller = new AbortController();
  readonly #rows: Row[];
  #bytes = 0;
  #look: () => void = () => {};

  constructor(options: RenewalOptions) {
    this.#options = options;
    this.#rows = [{ head: options.from, bytes: new Uint8Array() }];
  }

  /** A row of the stream that was applied. */
  note(head: Head, bytes: Uint8Array): void {
    this.#rows.push({ head, bytes });
    this.#bytes += bytes.length;
    if (this.#bytes > this.#options.most)
      this.cancel(new FeedError('unreachable', 'Too many changes came while its snapshot was loaded.'));
    this.#look();
  }

  cancel(why?: FeedError): void {
    this.#controller.abort(why);
  }

  /** Resolves once the new file is in its place. Rejects, with a FeedError where it is no fault of the file, when nothing comes of it. */
  async run(): Promise<void> {
    const { file, key } = this.#options;
    const secret = await key();
    this.#controller.signal.throwIfAborted();
    const draft = file.begin(secret);
    try {
      const end = await this.#load(draft);
      await this.#reach(end);
      if (draft.over) throw new Error('It could not be written.');
      for (const { head, bytes } of this.#rows)
        if (head.revision > end.revision) file.writeBehind(draft, bytes);
      if (!(await file.commit(draft))) throw new Error('It could not take the place.');
    } finally {
      this.cancel();
      file.abandon(draft);
    }
  }

  async #load(draft: Draft): Promise<Head> {
    const { file, load } = this.#options;
    const { signal } = this.#controller;
    const decoder = new SnapshotDecoder();
    const flushed = async () => {
      await file.flushed();
      signal.throwIfAborted();
      if (draft.over) throw new Error('It cannot be written.');
    };
    await flushed();
    const { bytes } = await load(signal);
    for await (const chunk of bytes) {
      file.write(draft, chunk);
      const end = endIn(decoder, chunk);
      await flushed();
      if (end) return end;
    }
    throw new FeedError('unreachable', 'The snapshot broke off before its end.');
  }

  /** Resolves when the stream has passed this place. Rejects when it has passed by it: they are no part of one history. */
  #reach(end: Head): Promise<void> {
    const { signal } = this.#controller;
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      this.#look = () => {
        const newest = this.#rows.at(-1)?.head.revision ?? 0;
        if (this.#rows.some(({ head }) => samePosition(head, end))) resolve();
        else if (newest >= end.revision)
          reject(new FeedError('damaged', 'Its snapshot is no part of what the stream says.'));
      };
      signal.addEventListener('abort', () => reject(signal.reason));
      this.#look();
    });
  }
}

/** Where the snapshot ends, if it does with these bytes. */
function endIn(decoder: SnapshotDecoder, bytes: Uint8Array): Head | undefined {
  let end: Head | undefined;
  try {
    for (const part of decoder.push(bytes)) if (part.kind === 'end') end = part.head;
  } catch (cause) {
    if (!(cause instanceof SnapshotDamaged)) throw cause;
    throw new FeedError('damaged', 'The snapshot that came was damaged.', { cause });
  }
  return end;
}

import type { Head } from '@hallpass/core/change';
import { SnapshotDamaged, SnapshotDecoder } from '@hallpass/core/replica-snapshot-decoder';
import type { Secret } from '@hallpass/core/secret';
import { FeedError } from './feed-error.ts';
import { HeldRows } from './held-rows.ts';
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

/**
 * A new file beside the one there is. Its snapshot is loaded while the stream goes on, because who does not follow is
 * not waited for; it takes the place once the stream has come to where that snapshot ends.
 */
export class Renewal {
  readonly #options: RenewalOptions;
  readonly #controller = new AbortController();
  readonly #rows: HeldRows;
  /** The new file takes the rows itself. */
  #ended = false;
  #look: () => void = () => {};

  constructor(options: RenewalOptions) {
    this.#options = options;
    this.#rows = new HeldRows(options.from);
  }

  /** The next row of the stream that was applied. */
  note(row: Uint8Array): void {
    if (this.#ended) return;
    this.#rows.add(row);
    if (this.#rows.size > this.#options.most)
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
      this.#rows.dropTo(end.revision);
      await this.#writeMost(draft);
      if (!(await this.#commit(draft))) throw new Error('It could not take the place.');
    } finally {
      this.cancel();
      file.abandon(draft);
    }
  }

  async #load(draft: Draft): Promise<Head> {
    const { file, load } = this.#options;
    const decoder = new SnapshotDecoder();
    await this.#flushed(draft);
    const { bytes } = await load(this.#controller.signal);
    for await (const chunk of bytes) {
      file.write(draft, chunk);
      const end = endIn(decoder, chunk);
      await this.#flushed(draft);
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
        if (this.#rows.newest < end.revision) return;
        this.#look = () => {};
        if (this.#rows.passed(end)) resolve();
        else reject(new FeedError('damaged', 'Its snapshot is no part of what the stream says.'));
      };
      signal.addEventListener('abort', () => reject(signal.reason));
      this.#look();
    });
  }

  /** One piece at a time, since all at once would hold up everything else; what comes meanwhile is put behind. */
  async #writeMost(draft: Draft): Promise<void> {
    while (this.#rows.pieces > 1) {
      this.#writePiece(draft);
      await this.#flushed(draft);
    }
  }

  /** The rest and the end in one turn: a row that came between them would be in neither file. */
  #commit(draft: Draft): Promise<boolean> {
    this.#check(draft);
    while (this.#rows.pieces > 0) this.#writePiece(draft);
    this.#ended = true;
    return this.#options.file.commit(draft);
  }

  #writePiece(draft: Draft): void {
    const rows = this.#rows.shift();
    if (rows) this.#options.file.writeBehind(draft, rows);
  }

  async #flushed(draft: Draft): Promise<void> {
    await this.#options.file.flushed();
    this.#check(draft);
  }

  #check(draft: Draft): void {
    this.#controller.signal.throwIfAborted();
    if (draft.over) throw new Error('It could not be written.');
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

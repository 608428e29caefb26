import type { Head } from '@hallpass/core/change';
import { elapsed, type Instant } from '@hallpass/core/replica-age';
import type { Outcome } from '@hallpass/core/replica-state';
import type { Secret } from '@hallpass/core/secret';
import { encodeFrame, type Frame } from '@hallpass/core/wire-feed';
import type { Malformed } from '@hallpass/core/wire-feed-reader';
import { FeedError } from './feed-error.ts';
import { Renewal, type RenewalOptions } from './renewal.ts';
import type { Draft, SnapshotFile } from './snapshot-file.ts';

/** Milliseconds between two heartbeats that are kept: they say how old the copy is. */
const HEARTBEAT_EVERY = 60_000;
const SMALLEST_STREAM = 1 << 24;
/** Milliseconds until a new file is begun again, doubled each time that nothing comes of it. */
const AGAIN_AFTER = 60_000;
const LONGEST_WAIT = 3_600_000;

export interface RecordingOptions extends Pick<RenewalOptions, 'key' | 'load'> {
  readonly file: SnapshotFile | undefined;
  readonly chance: () => number;
  readonly now: () => Instant;
  /** Called when a new file is needed and the server does not give what it takes. */
  readonly onUnrenewed: (why: string) => void;
}

/** Keeps on disk what the replica takes in, if it is to be kept. */
export class Recording {
  readonly #options: RecordingOptions;
  #draft: Draft | undefined;
  #secret: Secret | undefined;
  #heartbeat: Instant | undefined;
  #limit = Number.POSITIVE_INFINITY;
  #renewal: Renewal | undefined;
  #failures = 0;
  #placedAt: Instant | undefined;
  #pause: { readonly from: Instant; readonly ms: number } | undefined;

  constructor(options: RecordingOptions) {
    this.#options = options;
  }

  async begin(): Promise<void> {
    this.close();
    this.#draft = this.#options.file?.begin(await this.#options.key());
  }

  /** Reads the key that is used from now on: who starts with it cannot read a file that was sealed with another. */
  async readKey(): Promise<void> {
    if (this.#options.file) this.#secret = await this.#options.key();
  }

  write(bytes: Uint8Array): void {
    if (this.#draft) this.#options.file?.write(this.#draft, bytes);
  }

  async commit(): Promise<void> {
    const { file } = this.#options;
    if (!this.#draft || !file) return;
    if (await file.commit(this.#draft)) this.#placed();
    else this.#failed();
  }

  abandon(): void {
    if (this.#draft) this.#options.file?.abandon(this.#draft);
  }

  async flushed(): Promise<void> {
    await this.#options.file?.flushed();
  }

  /** Whether whoever starts in this process's place knows all that was noted, or nothing. Never rejects. */
  async kept(): Promise<boolean> {
    return (await this.#options.file?.kept()) ?? true;
  }

  /** A row that was applied, and now and then a heartbeat behind all rows. */
  note(frame: Frame | Malformed, outcome: Outcome, at: Instant): void {
    const { file } = this.#options;
    if (frame.kind === 'change' && outcome.kind === 'applied' && file) {
      const bytes = encodeFrame(frame);
      file.append(bytes);
      this.#renewal?.note(bytes);
    }
    if (frame.kind !== 'heartbeat' || outcome.kind !== 'noted' || !file?.inPlace) return;
    if (frame.head !== frame.position.revision) return;
    if (this.#heartbeat && elapsed(this.#heartbeat, at) < HEARTBEAT_EVERY) return;
    this.#heartbeat = at;
    file.append(encodeFrame(frame));
  }

  /** Begins a new file beside a stream that stands at `from`, if there is need of one. */
  renewIfDue(from: Head): void {
    const { file, now } = this.#options;
    if (!file || this.#renewal) return;
    // Lost as soon as it was placed: the next one would be too.
    if (!file.inPlace && this.#placedAt && elapsed(this.#placedAt, now()) < AGAIN_AFTER) this.#failed();
    const waits = this.#pause && elapsed(this.#pause.from, now()) < this.#pause.ms;
    if (!waits && this.#isDue(file)) void this.#renew(file, from);
  }

  /** Ends what goes on beside the stream. */
  close(): void {
    this.#renewal?.cancel();
    this.#renewal = undefined;
  }

  /** Whether there is no file, more stream than snapshot in it, or another key than is used now on it. */
  #isDue({ inPlace }: SnapshotFile): boolean {
    if (!inPlace) return true;
    const isSealedOtherwise = this.#secret && this.#secret.reveal() !== inPlace.secret.reveal();
    return isSealedOtherwise || inPlace.streamBytes > this.#most(inPlace);
  }

  /** How many bytes of stream a file takes. The limit is drawn, so that not all begin anew at once. */
  #most({ snapshotBytes }: Pick<Draft, 'snapshotBytes'>): number {
    if (this.#limit === Number.POSITIVE_INFINITY) this.#limit = 1 + this.#options.chance() / 2;
    return this.#limit * Math.max(SMALLEST_STREAM, snapshotBytes);
  }

  async #renew(file: SnapshotFile, from: Head): Promise<void> {
    const { key, load } = this.#options;
    const most = this.#most(file.inPlace ?? { snapshotBytes: 0 });
    const renewal = new Renewal({ file, key, load, from, most });
    this.#renewal = renewal;
    try {
      await renewal.run();
      this.#placed();
    } catch (error) {
      if (this.#renewal === renewal) this.#failed(error);
    } finally {
      if (this.#renewal === renewal) this.#renewal = undefined;
    }
  }

  #placed(): void {
    this.#placedAt = this.#options.now();
    this.#pause = undefined;
  }

  #failed(error?: unknown): void {
    const { chance, now, onUnrenewed } = this.#options;
    if (this.#placedAt && elapsed(this.#placedAt, now()) >= AGAIN_AFTER) this.#failures = 0;
    this.#placedAt = undefined;
    const wait = Math.min(AGAIN_AFTER * 2 ** this.#failures++, LONGEST_WAIT) * (1 - chance() / 2);
    this.#pause = { from: now(), ms: error instanceof FeedError ? Math.max(error.after, wait) : wait };
    if (error instanceof FeedError) onUnrenewed(error.message);
  }
}

import { elapsed, type Instant } from '@hallpass/core/replica-age';
import type { Outcome } from '@hallpass/core/replica-state';
import type { Secret } from '@hallpass/core/secret';
import { encodeFrame, type Frame } from '@hallpass/core/wire-feed';
import type { Malformed } from '@hallpass/core/wire-feed-reader';
import type { Draft, SnapshotFile } from './snapshot-file.ts';

/** Milliseconds between two heartbeats that are kept: they say how old the copy is. */
const HEARTBEAT_EVERY = 60_000;
const SMALLEST_STREAM = 1 << 24;

export interface RecordingOptions {
  readonly file: SnapshotFile | undefined;
  readonly key: () => Promise<Secret>;
  readonly chance: () => number;
}

/** Keeps on disk what the replica takes in, if it is to be kept. */
export class Recording {
  readonly #options: RecordingOptions;
  #draft: Draft | undefined;
  #heartbeat: Instant | undefined;
  #limit = Number.POSITIVE_INFINITY;

  constructor(options: RecordingOptions) {
    this.#options = options;
  }

  async begin(): Promise<void> {
    this.#draft = this.#options.file?.begin(await this.#options.key());
  }

  /** Whether the key has been changed: who starts with the new one could not read the file. */
  async isOutdated(): Promise<boolean> {
    const { file, key } = this.#options;
    const kept = file?.inPlace;
    return kept !== undefined && kept.secret.reveal() !== (await key()).reveal();
  }

  write(bytes: Uint8Array): void {
    if (this.#draft) this.#options.file?.write(this.#draft, bytes);
  }

  commit(): void {
    if (this.#draft) this.#options.file?.commit(this.#draft);
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
    if (frame.kind === 'change' && outcome.kind === 'applied') file?.append(encodeFrame(frame));
    if (frame.kind !== 'heartbeat' || outcome.kind !== 'noted' || !file?.inPlace) return;
    if (frame.head !== frame.position.revision) return;
    if (this.#heartbeat && elapsed(this.#heartbeat, at) < HEARTBEAT_EVERY) return;
    this.#heartbeat = at;
    file.append(encodeFrame(frame));
  }

  /** Whether there is more stream than snapshot in the file. The limit is drawn, so that not all begin anew at once. */
  isFull(): boolean {
    const { file, chance } = this.#options;
    if (!file?.inPlace) return false;
    if (this.#limit === Number.POSITIVE_INFINITY) this.#limit = 1 + chance() / 2;
    const { streamBytes, snapshotBytes } = file.inPlace;
    return streamBytes > this.#limit * Math.max(SMALLEST_STREAM, snapshotBytes);
  }
}

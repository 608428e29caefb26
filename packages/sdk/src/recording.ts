import { elapsed, type Instant } from '@hallpass/core/replica-age';
import type { Outcome } from '@hallpass/core/replica-state';
import type { Secret } from '@hallpass/core/secret';
import { encodeFrame, type Frame } from '@hallpass/core/wire-feed';
import type { Malformed } from '@hallpass/core/wire-feed-reader';
import type { SnapshotFile } from './snapshot-file.ts';

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
  #heartbeat: Instant | undefined;
  #limit = Number.POSITIVE_INFINITY;

  constructor(options: RecordingOptions) {
    this.#options = options;
  }

  async begin(): Promise<void> {
    this.#options.file?.begin(await this.#options.key());
  }

  /** Whether the key has been changed: who starts with the new one could not read the file. */
  async isOutdated(): Promise<boolean> {
    const { file, key } = this.#options;
    return file?.isSealedOtherwise(await key()) ?? false;
  }

  write(bytes: Uint8Array): void {
    this.#options.file?.write(bytes);
  }

  commit(): void {
    this.#options.file?.commit();
  }

  abandon(): void {
    this.#options.file?.abandon();
  }

  async flushed(): Promise<void> {
    await this.#options.file?.flushed();
  }

  /** A row that was applied, and now and then a heartbeat behind all rows. */
  note(frame: Frame | Malformed, outcome: Outcome, at: Instant): void {
    if (!this.#options.file) return;
    if (frame.kind === 'change' && outcome.kind === 'applied') this.#options.file.append(encodeFrame(frame));
    if (frame.kind !== 'heartbeat' || outcome.kind !== 'noted') return;
    if (frame.head !== frame.position.revision) return;
    if (this.#heartbeat && elapsed(this.#heartbeat, at) < HEARTBEAT_EVERY) return;
    this.#heartbeat = at;
    this.#options.file.append(encodeFrame(frame));
  }

  /** Whether there is more stream than snapshot in the file. The limit is drawn, so that not all begin anew at once. */
  isFull(): boolean {
    const { file, chance } = this.#options;
    if (!file) return false;
    if (this.#limit === Number.POSITIVE_INFINITY) this.#limit = 1 + chance() / 2;
    return file.streamBytes > this.#limit * Math.max(SMALLEST_STREAM, file.snapshotBytes);
  }
}

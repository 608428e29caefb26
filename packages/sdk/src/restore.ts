import type { Replica } from '@hallpass/core/replica';
import type { Instant } from '@hallpass/core/replica-age';
import { copyOf, type Outcome } from '@hallpass/core/replica-state';
import type { Secret } from '@hallpass/core/secret';
import { FrameReader } from '@hallpass/core/wire-feed-reader';
import { SealBroken } from './seal.ts';
import type { Draft, SnapshotFile } from './snapshot-file.ts';

function need(outcome: Outcome): void {
  if (outcome.kind === 'resync') throw new SealBroken('The file does not hold what a server sent.');
}

/** Puts the records of one file into a replica that has nothing. */
class Restoring {
  readonly #replica: Replica;
  readonly #now: () => Instant;
  readonly #frames = new FrameReader();
  swapped = false;

  constructor(replica: Replica, now: () => Instant) {
    this.#replica = replica;
    this.#now = now;
  }

  take(record: Uint8Array): void {
    if (this.swapped) this.#takeFrames(record);
    else {
      const outcome = this.#replica.pushSnapshot(record, this.#now());
      need(outcome);
      if (outcome.kind === 'swapped') this.#follow();
    }
  }

  /** What stands behind the snapshot is a stream that begins at its place. */
  #follow(): void {
    this.swapped = true;
    const copy = copyOf(this.#replica.state);
    if (!copy) return;
    const { head: position, contact } = copy;
    const at = this.#now();
    const origin = { origin: 'file', replica: 'file', asked: at, at } as const;
    need(
      this.#replica.take({
        kind: 'hello',
        position,
        time: contact.time,
        head: position.revision,
        ...origin,
      }),
    );
  }

  #takeFrames(record: Uint8Array): void {
    const at = this.#now();
    for (const frame of this.#frames.push(record)) {
      if (frame.kind !== 'change' && frame.kind !== 'heartbeat')
        throw new SealBroken('The file holds what is no part of a copy.');
      need(this.#replica.take({ ...frame, at }));
    }
  }
}

/**
 * Fills a replica that has nothing from the file, and begins a new file with the same content, so that nothing is ever
 * put behind a torn end. All or nothing, in one step: what cannot be read, or is broken, may be a revocation that was
 * confirmed, and what stands before it would allow what it ended. Then the file stays as it is. Throws a SealBroken, or
 * what reading throws.
 */
export async function restore(
  replica: Replica,
  file: SnapshotFile,
  secret: Secret,
  now: () => Instant,
): Promise<void> {
  const aside = replica.aside();
  const restoring = new Restoring(aside, now);
  let draft: Draft | undefined;
  try {
    for await (const record of file.read(secret)) {
      if (!draft) {
        aside.beginSnapshot('file', now());
        draft = file.begin(secret);
      }
      const behind = restoring.swapped;
      restoring.take(record);
      if (behind) file.writeBehind(draft, record);
      else file.write(draft, record);
      await file.flushed();
    }
    if (!draft) return;
    if (!restoring.swapped) throw new SealBroken('The file is cut short.');
  } catch (error) {
    if (draft) file.abandon(draft);
    throw error;
  }
  void file.commitCopy(draft);
  aside.take({ kind: 'cut', at: now() });
  replica.adopt(aside);
}

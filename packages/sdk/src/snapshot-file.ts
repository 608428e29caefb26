import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Secret } from '@hallpass/core/secret';
import type { RandomBytes } from '@hallpass/core/token';
import { SealBroken, Sealer, Unsealer } from './seal.ts';
import type { Surroundings } from './surroundings.ts';
import { within } from './within.ts';

const OWNER_ONLY = 0o600;
const READ_BYTES = 1 << 18;
/** Milliseconds that a disk may take. Nobody waits for one that hangs: changes are to arrive all the same. */
const PATIENCE = 10_000;

export interface SnapshotFileOptions {
  readonly path: string;
  readonly random: RandomBytes;
  readonly later: Surroundings['later'];
  /** Called once for each file that could not be written. */
  readonly onFault: (error: unknown) => void;
}

/** One file under way: written aside at first, then in its place. */
interface Writing {
  readonly secret: Secret;
  readonly sealer: Sealer;
  handle: FileHandle | undefined;
  failed: boolean;
}

async function syncFolder(path: string): Promise<void> {
  // Not every system opens folders, and where it does not, there is nothing to sync.
  const folder = await open(dirname(path)).catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

/**
 * The sealed copy on disk: a snapshot as received, and behind it the stream. A new one is written aside and takes the
 * old one's place when it is whole; what comes later is put behind it. One file belongs to one process.
 */
export class SnapshotFile {
  readonly #options: SnapshotFileOptions;
  #writing: Writing | undefined;
  #queue: Promise<void> = Promise.resolve();
  /** While it is set nothing is written. */
  #hangs = false;
  /** How many bytes of snapshot and how many of stream the file holds. */
  snapshotBytes = 0;
  streamBytes = 0;

  constructor(options: SnapshotFileOptions) {
    this.#options = options;
  }

  /** The records of the file as they were written; nothing when there is none. Throws a SealBroken, or what reading throws. */
  async *read(secret: Secret): AsyncGenerator<Uint8Array, void, undefined> {
    const handle = await open(this.#options.path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (!handle) return;
    try {
      const unsealer = new Unsealer(secret);
      const buffer = Buffer.alloc(READ_BYTES);
      for (;;) {
        const { bytesRead } = await handle.read(buffer, 0, READ_BYTES);
        if (bytesRead === 0) break;
        yield* unsealer.push(buffer.subarray(0, bytesRead));
      }
      if (!unsealer.begun) throw new SealBroken('The file is cut short.');
    } finally {
      await handle.close();
    }
  }

  /** A new file begins aside. */
  begin(secret: Secret): void {
    this.#drop();
    this.snapshotBytes = 0;
    this.streamBytes = 0;
    if (this.#hangs) return;
    const writing: Writing = {
      secret,
      sealer: new Sealer(secret, this.#options.random),
      handle: undefined,
      failed: false,
    };
    this.#writing = writing;
    this.#do(writing, async () => {
      await rm(this.#aside, { force: true });
      writing.handle = await open(this.#aside, 'wx', OWNER_ONLY);
      await writing.handle.writeFile(writing.sealer.header);
    });
  }

  /** Whether the file that is written is sealed with another key than this one. */
  isSealedOtherwise(secret: Secret): boolean {
    const writing = this.#writing;
    return writing !== undefined && !writing.failed && writing.secret.reveal() !== secret.reveal();
  }

  /** The next bytes of the snapshot. */
  write(bytes: Uint8Array): void {
    this.snapshotBytes += bytes.length;
    this.#put(bytes);
  }

  /** Bytes of the stream, behind the snapshot. */
  append(bytes: Uint8Array): void {
    this.streamBytes += bytes.length;
    this.#put(bytes);
  }

  /** What has been written takes its place. */
  commit(): void {
    const writing = this.#writing;
    if (!writing) return;
    this.#do(writing, async () => {
      await writing.handle?.sync();
      await rename(this.#aside, this.#options.path);
      await syncFolder(this.#options.path);
    });
  }

  /** What has been written is of no use. */
  abandon(): void {
    this.#drop();
  }

  /** Once everything handed over has been given to the system, or the file is given up. Never rejects. */
  async flushed(): Promise<void> {
    if (this.#hangs) return;
    if (!(await within(PATIENCE, this.#queue, this.#options)) && !this.#hangs) this.#giveUp();
  }

  close(): Promise<void> {
    this.#drop();
    return this.flushed();
  }

  #giveUp(): void {
    this.#hangs = true;
    if (this.#writing) this.#writing.failed = true;
    this.#drop();
    void this.#queue.then(() => {
      this.#hangs = false;
    });
    this.#options.onFault(Object.assign(new Error('The disk hangs.'), { code: 'ETIMEDOUT' }));
  }

  get #aside(): string {
    return `${this.#options.path}.new`;
  }

  #put(bytes: Uint8Array): void {
    const writing = this.#writing;
    if (!writing || writing.failed) return;
    const sealed = writing.sealer.seal(bytes);
    this.#do(writing, async () => {
      await writing.handle?.writeFile(sealed);
    });
  }

  #drop(): void {
    const writing = this.#writing;
    this.#writing = undefined;
    if (writing) this.#queue = this.#queue.then(() => this.#end(writing));
  }

  async #end(writing: Writing): Promise<void> {
    await writing.handle?.close().catch(() => {});
    writing.handle = undefined;
    await rm(this.#aside, { force: true }).catch(() => {});
  }

  #do(writing: Writing, act: () => Promise<void>): void {
    this.#queue = this.#queue.then(async () => {
      if (writing.failed) return;
      try {
        await act();
      } catch (error) {
        writing.failed = true;
        await this.#end(writing);
        this.#options.onFault(error);
      }
    });
  }
}

import { type FileHandle, open, rename, rm, truncate } from 'node:fs/promises';
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

/** What is wrong with the file: it cannot be `written`, or lacks changes and cannot be `removed`. */
export type FileFault = 'written' | 'removed';

export interface SnapshotFileOptions {
  readonly path: string;
  readonly random: RandomBytes;
  readonly later: Surroundings['later'];
  /** Called once for each fault until a file has been written. */
  readonly onFault: (fault: FileFault, error: unknown) => void;
}

/** One file under way: written aside at first, then in its place. */
export interface Draft {
  readonly secret: Secret;
  readonly sealer: Sealer;
  handle: FileHandle | undefined;
  /** It could not be written, or is of no use: nothing more is put there. */
  over: boolean;
  placed: boolean;
  snapshotBytes: number;
  streamBytes: number;
  /** How many of those bytes of the stream are in the file that it replaces too, with the same snapshot. */
  copiedBytes?: number;
}

async function syncFolder(path: string): Promise<void> {
  // Not every system opens folders, and where it does not, there is nothing to sync.
  const folder = await open(dirname(path)).catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

async function close(draft: Draft): Promise<void> {
  await draft.handle?.close().catch(() => {});
  draft.handle = undefined;
}

/**
 * The sealed copy on disk: a snapshot as received, and behind it the stream. A new one is written aside and takes the
 * old one's place when it is whole; what comes later is put behind it. One file belongs to one process.
 */
export class SnapshotFile {
  readonly #options: SnapshotFileOptions;
  #aside: Draft | undefined;
  #inPlace: Draft | undefined;
  #queue: Promise<void> = Promise.resolve();
  /** While it is set nothing is written. */
  #hangs = false;
  /** What stands in the file's place, if anything does, may lack what was handed over. */
  #lacks = false;
  readonly #told = new Set<FileFault>();

  constructor(options: SnapshotFileOptions) {
    this.#options = options;
  }

  /** The file that stands in its place and takes what is appended; undefined without one. */
  get inPlace(): Readonly<Draft> | undefined {
    return this.#inPlace;
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

  /** A new file begins aside, in place of one that was begun before; the one in its place goes on. */
  begin(secret: Secret): Draft {
    if (this.#aside) this.abandon(this.#aside);
    const draft: Draft = {
      secret,
      sealer: new Sealer(secret, this.#options.random),
      handle: undefined,
      over: this.#hangs,
      placed: false,
      snapshotBytes: 0,
      streamBytes: 0,
    };
    if (draft.over) return draft;
    this.#aside = draft;
    this.#do(draft, async () => {
      await rm(this.#asidePath, { force: true });
      draft.handle = await open(this.#asidePath, 'wx', OWNER_ONLY);
      await draft.handle.writeFile(draft.sealer.header);
    });
    return draft;
  }

  /** The next bytes of the snapshot. */
  write(draft: Draft, bytes: Uint8Array): void {
    draft.snapshotBytes += bytes.length;
    this.#put(draft, bytes);
  }

  /** Bytes of the stream, behind the snapshot that is aside. */
  writeBehind(draft: Draft, bytes: Uint8Array): void {
    draft.streamBytes += bytes.length;
    this.#put(draft, bytes);
  }

  /** Bytes of the stream, to the file in its place. */
  append(bytes: Uint8Array): void {
    if (this.#inPlace) this.writeBehind(this.#inPlace, bytes);
    else this.#lacks = true;
  }

  /**
   * What has been written takes its place, which is said once it is known; what is appended goes there from now on. If
   * it could not be written, what is there lacks it. Never rejects.
   */
  async commit(draft: Draft): Promise<boolean> {
    const before = this.#inPlace;
    this.#inPlace = undefined;
    if (before) this.#queue = this.#queue.then(() => close(before));
    if (draft.over) {
      this.#lacks = true;
      return false;
    }
    this.#aside = undefined;
    this.#inPlace = draft;
    this.#do(draft, async () => {
      await draft.handle?.sync();
      await rename(this.#asidePath, this.#options.path);
      draft.placed = true;
      // Where the disk hung meanwhile, what came since is not in there.
      if (!draft.over) this.#lacks = false;
      this.#told.clear();
      await syncFolder(this.#options.path);
    });
    await this.flushed();
    return draft.placed && !draft.over;
  }

  /** The same for what holds just what the file does that it replaces: where that one has to stay, it lacks nothing yet. */
  commitCopy(draft: Draft): Promise<boolean> {
    if (draft.over) return Promise.resolve(false);
    draft.copiedBytes = draft.streamBytes;
    return this.commit(draft);
  }

  /** What has been written is of no use. */
  abandon(draft: Draft): void {
    if (this.#aside !== draft) return;
    this.#lose(draft);
    this.#queue = this.#queue.then(() => this.#clear(draft));
  }

  /** Once everything handed over has been given to the system, or the file is given up. Never rejects. */
  async flushed(): Promise<void> {
    if (this.#hangs) return;
    if (!(await within(PATIENCE, this.#queue, this.#options)) && !this.#hangs) this.#giveUp();
  }

  /**
   * Whether who starts from the file knows all that was handed over before: it has all of it, or is no more, and is
   * removed for that if need be. Never rejects.
   */
  async kept(): Promise<boolean> {
    await this.flushed();
    if (this.#lacks && !this.#hangs) {
      this.#queue = this.#queue.then(() => this.#remove());
      await this.flushed();
    }
    return !this.#lacks && !this.#hangs;
  }

  async close(): Promise<void> {
    if (this.#aside) this.abandon(this.#aside);
    const last = this.#inPlace;
    if (last) this.#queue = this.#queue.then(() => close(last));
    await this.kept();
  }

  #giveUp(): void {
    this.#hangs = true;
    const lost = [this.#inPlace, this.#aside].filter((draft) => draft !== undefined);
    for (const draft of lost) this.#lose(draft);
    this.#queue = this.#queue.then(async () => {
      for (const draft of lost) await this.#clear(draft);
      this.#hangs = false;
    });
    this.#tell('written', Object.assign(new Error('The disk hangs.'), { code: 'ETIMEDOUT' }));
  }

  /** Nothing more is put there. What stands in its place lacks what was appended, unless it is no more than was copied. */
  #lose(draft: Draft): void {
    draft.over = true;
    if (this.#aside === draft) this.#aside = undefined;
    if (this.#inPlace !== draft) return;
    this.#inPlace = undefined;
    if (draft.streamBytes !== draft.copiedBytes) this.#lacks = true;
  }

  /** What is left of one that is lost. */
  async #clear(draft: Draft): Promise<void> {
    await close(draft);
    if (!draft.placed) await rm(this.#asidePath, { force: true }).catch(() => {});
  }

  /** A start is not to find what lacks something: better nothing. */
  async #remove(): Promise<void> {
    const { path } = this.#options;
    if (!this.#lacks) return;
    try {
      await rm(path, { force: true }).catch(() => truncate(path));
      this.#lacks = false;
    } catch (error) {
      this.#tell('removed', error);
    }
  }

  #tell(fault: FileFault, error: unknown): void {
    if (this.#told.has(fault)) return;
    this.#told.add(fault);
    this.#options.onFault(fault, error);
  }

  get #asidePath(): string {
    return `${this.#options.path}.new`;
  }

  #put(draft: Draft, bytes: Uint8Array): void {
    if (draft.over) return;
    const sealed = draft.sealer.seal(bytes);
    this.#do(draft, async () => {
      await draft.handle?.writeFile(sealed);
    });
  }

  #do(draft: Draft, act: () => Promise<void>): void {
    this.#queue = this.#queue.then(async () => {
      if (draft.over) return;
      try {
        await act();
      } catch (error) {
        this.#lose(draft);
        await this.#clear(draft);
        this.#tell('written', error);
      }
    });
  }
}

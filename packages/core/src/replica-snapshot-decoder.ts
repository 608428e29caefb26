import { createHash } from 'node:crypto';
import type { Head } from './change.ts';
import { formatPosition, parsePosition } from './replica-position.ts';
import {
  CHECKED_BYTES,
  HASH_BYTES,
  HEADER_BYTES,
  headerCheck,
  LARGEST_BATCH,
  LENGTH_BYTES,
  MAGIC,
  PLACE_BYTES,
  SNAPSHOT_VERSION,
  type SnapshotStart,
} from './replica-snapshot.ts';

/** What is read is no whole snapshot of this version. Nothing of it may be used. */
export class SnapshotDamaged extends Error {
  override readonly name = 'SnapshotDamaged';
}

export type SnapshotPart =
  | ({ readonly kind: 'start' } & SnapshotStart)
  | { readonly kind: 'batch'; readonly packed: Uint8Array }
  | { readonly kind: 'end'; readonly head: Head };

function need(condition: boolean): asserts condition {
  if (!condition) throw new SnapshotDamaged('The snapshot is damaged.');
}

function readStart(header: Buffer): SnapshotStart {
  need(header.toString('latin1', 0, MAGIC.length) === MAGIC);
  need(header[MAGIC.length] === SNAPSHOT_VERSION && header[MAGIC.length + 1] === 0);
  need(header.subarray(CHECKED_BYTES).equals(headerCheck(header)));
  return { time: header.readUIntBE(6, 6), count: header.readUIntBE(12, 6) };
}

/** The place in a trailer, held to the one way in which it travels as text. */
function readHead(trailer: Buffer): Head {
  const end = trailer.length - PLACE_BYTES;
  const head = {
    epoch: trailer.toString('latin1', 0, end),
    revision: trailer.readUIntBE(end, 6),
    chain: trailer.subarray(end + 6),
  };
  const checked = parsePosition(formatPosition(head));
  need(checked !== undefined);
  return checked;
}

type Expecting = 'header' | 'length' | 'batch' | 'epoch' | 'place' | 'hash' | 'nothing';

/**
 * Reads a snapshot, bytes in, parts out, wherever the bytes were cut. Throws a SnapshotDamaged as soon as it cannot
 * be whole; only the part `end` says that it is. A batch may share memory with the bytes handed in.
 */
export class SnapshotDecoder {
  readonly #hash = createHash('sha256');
  #expecting: Expecting = 'header';
  #missing = HEADER_BYTES;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #head: Head | undefined;

  *push(chunk: Uint8Array): Generator<SnapshotPart, void, undefined> {
    let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    while (rest.length > 0) {
      need(this.#expecting !== 'nothing');
      const taken = rest.subarray(0, this.#missing - this.#heldBytes);
      rest = rest.subarray(taken.length);
      const whole = this.#hold(taken);
      const part = whole && this.#read(whole);
      if (part) yield part;
    }
  }

  /** The piece that was waited for, once all of it is there. */
  #hold(taken: Buffer): Buffer | undefined {
    this.#heldBytes += taken.length;
    if (this.#heldBytes < this.#missing) {
      this.#held.push(Buffer.from(taken));
      return undefined;
    }
    const whole = this.#held.length === 0 ? taken : Buffer.concat([...this.#held, taken]);
    this.#held = [];
    this.#heldBytes = 0;
    return whole;
  }

  #expect(next: Expecting, bytes: number): void {
    this.#expecting = next;
    this.#missing = bytes;
  }

  #read(piece: Buffer): SnapshotPart | undefined {
    if (this.#expecting === 'hash') return this.#end(piece);
    this.#hash.update(piece);
    switch (this.#expecting) {
      case 'header':
        this.#expect('length', LENGTH_BYTES);
        return { kind: 'start', ...readStart(piece) };
      case 'length':
        return this.#length(piece.readUInt32BE());
      case 'batch':
        this.#expect('length', LENGTH_BYTES);
        return { kind: 'batch', packed: piece };
      case 'epoch':
        this.#expect('place', (piece[0] as number) + PLACE_BYTES);
        return undefined;
      default:
        this.#head = readHead(piece);
        this.#expect('hash', HASH_BYTES);
        return undefined;
    }
  }

  #length(bytes: number): undefined {
    need(bytes <= LARGEST_BATCH);
    if (bytes === 0) this.#expect('epoch', 1);
    else this.#expect('batch', bytes);
  }

  #end(piece: Buffer): SnapshotPart {
    need(piece.equals(this.#hash.digest()) && this.#head !== undefined);
    this.#expect('nothing', 1);
    return { kind: 'end', head: this.#head };
  }
}

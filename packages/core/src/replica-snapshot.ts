import { createHash } from 'node:crypto';
import { CHAIN_BYTES, type Head } from './change.ts';

/*
 * header   'HPSN', 1 version, 1 zero, 6 server time, 6 count, 4 check (the head of SHA-256 over the 18 before)
 * batches  4 length, then as many bytes of packed tokens; as often as needed, never empty
 * trailer  4 zero, 1 length of epoch, epoch, 6 revision, 16 chain, 32 SHA-256 over everything before
 */
export const MAGIC = 'HPSN';
export const SNAPSHOT_VERSION = 1;
export const HEADER_BYTES = 22;
export const CHECKED_BYTES = 18;
export const LENGTH_BYTES = 4;
/** Every packed batch of a store fits: 16,384 tokens with the longest names. */
export const LARGEST_BATCH = 1 << 25;
export const HASH_BYTES = 32;
/** What follows the epoch in a trailer. */
export const PLACE_BYTES = 6 + CHAIN_BYTES;

export interface SnapshotStart {
  /** The server's clock before it began to read, in milliseconds since the epoch. */
  readonly time: number;
  readonly count: number;
}

export function headerCheck(header: Uint8Array): Uint8Array {
  return createHash('sha256').update(header.subarray(0, CHECKED_BYTES)).digest().subarray(0, 4);
}

/** Writes a snapshot, one piece after the other: `start`, each `batch`, `end`. */
export class SnapshotEncoder {
  readonly #hash = createHash('sha256');

  start({ time, count }: SnapshotStart): Uint8Array {
    const header = Buffer.alloc(HEADER_BYTES);
    header.write(MAGIC, 'latin1');
    header[MAGIC.length] = SNAPSHOT_VERSION;
    header.writeUIntBE(time, 6, 6);
    header.writeUIntBE(count, 12, 6);
    header.set(headerCheck(header), CHECKED_BYTES);
    return this.#hashed(header);
  }

  /** The length of the batch, and the batch: two pieces, so that nothing is copied. */
  batch(packed: Uint8Array): [Uint8Array, Uint8Array] {
    if (packed.length === 0 || packed.length > LARGEST_BATCH) throw new RangeError('Not a batch.');
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32BE(packed.length);
    return [this.#hashed(length), this.#hashed(packed)];
  }

  end({ epoch, revision, chain }: Head): Uint8Array {
    const name = Buffer.from(epoch, 'latin1');
    const place = Buffer.alloc(PLACE_BYTES);
    place.writeUIntBE(revision, 0, 6);
    place.set(chain, 6);
    const trailer = Buffer.concat([Buffer.alloc(LENGTH_BYTES), Buffer.of(name.length), name, place]);
    this.#hashed(trailer);
    return Buffer.concat([trailer, this.#hash.digest()]);
  }

  #hashed(bytes: Uint8Array): Uint8Array {
    this.#hash.update(bytes);
    return bytes;
  }
}

import { type Digest, digestFromBytes, digestToBytes } from './digest.ts';
import { packId, unpackId } from './packed-id.ts';
import type { TableEntry, TokenTable } from './token-table.ts';

/** Where the parts of a token start. All numbers are big-endian; the name, in UTF-8, comes last. */
const ID = 32;
const EXPIRY = 48;
const FLAGS = 54;
const NAME_LENGTH = 55;
const NAME = 57;

const ACTIVE = 1;
const WRITE = 2;
/** The expiry of a token that never expires. */
const NEVER = 2 ** 48 - 1;

const words = new Int32Array(4);

function packToken(entry: TableEntry): Buffer {
  const name = Buffer.from(entry.name);
  const bytes = Buffer.alloc(NAME + name.length);
  digestToBytes(entry.digest).copy(bytes);
  packId(entry.id, words, 0);
  words.forEach((word, i) => {
    bytes.writeInt32BE(word, ID + 4 * i);
  });
  bytes.writeUIntBE(entry.expiresAt ?? NEVER, EXPIRY, 6);
  bytes[FLAGS] = (entry.active ? ACTIVE : 0) | (entry.write ? WRITE : 0);
  bytes.writeUInt16BE(name.length, NAME_LENGTH);
  name.copy(bytes, NAME);
  return bytes;
}

/**
 * Tokens as one row of bytes: 32 of the digest, 16 of the id, 6 of the expiry in milliseconds (all ones: never),
 * 1 of flags (1: active, 2: may write), 2 of the name's length, and the name. Throws a RangeError for a
 * foreign id or time.
 */
export function packTokens(entries: readonly TableEntry[]): Uint8Array {
  return Buffer.concat(entries.map(packToken));
}

function digestAt(bytes: Buffer, at: number): Digest {
  return digestFromBytes(bytes.subarray(at, at + ID));
}

/** The tokens of a packed batch, one after the other. Throws a RangeError where the batch is cut short. */
export function* unpackTokens(batch: Uint8Array): Generator<TableEntry, void, undefined> {
  const bytes = Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength);
  let at = 0;
  while (at < bytes.length) {
    const end = at + NAME + bytes.readUInt16BE(at + NAME_LENGTH);
    if (end > bytes.length) throw new RangeError('The batch is cut short.');
    const expiry = bytes.readUIntBE(at + EXPIRY, 6);
    const flags = bytes.readUInt8(at + FLAGS);
    yield {
      digest: digestAt(bytes, at),
      id: unpackId(
        bytes.readInt32BE(at + ID),
        bytes.readInt32BE(at + ID + 4),
        bytes.readInt32BE(at + ID + 8),
        bytes.readInt32BE(at + ID + 12),
      ),
      name: bytes.toString('utf8', at + NAME, end),
      expiresAt: expiry === NEVER ? null : expiry,
      active: (flags & ACTIVE) !== 0,
      write: (flags & WRITE) !== 0,
    };
    at = end;
  }
}

/** Puts a packed batch into the table. */
export function loadTokens(table: TokenTable, batch: Uint8Array): void {
  for (const entry of unpackTokens(batch)) table.set(entry);
}

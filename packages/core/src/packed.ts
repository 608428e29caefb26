import { type Digest, digestFromBytes, digestToBytes } from './digest.ts';
import { packId, unpackId } from './packed-id.ts';
import { DIGEST_WORDS, packTerms } from './row.ts';
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

/** The characters of ASCII that percent-encoding leaves alone. */
const IS_PLAIN = new Uint8Array(256);
for (let code = 0; code < 128; code++) {
  const char = String.fromCharCode(code);
  if (encodeURIComponent(char) === char) IS_PLAIN[code] = 1;
}

function encodedName(bytes: Buffer, from: number, end: number): string {
  for (let i = from; i < end; i++) {
    if (IS_PLAIN[bytes[i] as number] !== 1) return encodeURIComponent(bytes.toString('utf8', from, end));
  }
  return bytes.toString('latin1', from, end);
}

/** Puts a packed batch into the table. Throws a RangeError where the batch is cut short and for unknown flags. */
export function loadTokens(table: TokenTable, batch: Uint8Array): void {
  const bytes = Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength);
  const view = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
  const digest = new Int32Array(DIGEST_WORDS);
  for (let at = 0; at < bytes.length; ) {
    const end = at + NAME + view.getUint16(at + NAME_LENGTH);
    if (end > bytes.length) throw new RangeError('The batch is cut short.');
    for (let i = 0; i < DIGEST_WORDS; i++) digest[i] = view.getInt32(at + 4 * i);
    for (let i = 0; i < 4; i++) words[i] = view.getInt32(at + ID + 4 * i);
    // An expiry of all ones means never in the table too.
    const expiry = view.getUint16(at + EXPIRY) * 2 ** 32 + view.getUint32(at + EXPIRY + 2);
    const flags = view.getUint8(at + FLAGS);
    // One that is not known here may take a right away.
    if (flags > (ACTIVE | WRITE)) throw new RangeError('A flag is unknown.');
    const [low, high] = packTerms(expiry, (flags & ACTIVE) !== 0, (flags & WRITE) !== 0);
    const name = table.keepsNames ? encodedName(bytes, at + NAME, end) : '';
    table.put(digest, words, low, high, name);
    at = end;
  }
}

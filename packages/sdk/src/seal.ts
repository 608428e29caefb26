import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import type { Secret } from '@hallpass/core/secret';
import type { RandomBytes } from '@hallpass/core/token';

/*
 * header   'HPSF', 1 version, 16 salt
 * records  4 length, 12 nonce, that many bytes of AES-256-GCM, 16 tag; the record's number is authenticated with it
 */
const MAGIC = Buffer.of(0x48, 0x50, 0x53, 0x46, 1);
const SALT_BYTES = 16;
const HEADER_BYTES = MAGIC.length + SALT_BYTES;
const LENGTH_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const RECORD_OVERHEAD = LENGTH_BYTES + NONCE_BYTES + TAG_BYTES;
const LARGEST_RECORD = 1 << 24;
const PURPOSE = 'hallpass snapshot file';

/** What was read was not sealed with this key, or not as it is now. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

function keyFor(secret: Secret, salt: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret.reveal(), salt, PURPOSE, 32));
}

function numberBytes(index: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUIntBE(index, 2, 6);
  return bytes;
}

/** Seals a row of records under a key of its own, made from the secret. */
export class Sealer {
  readonly header: Uint8Array;
  readonly #key: Uint8Array;
  readonly #random: RandomBytes;
  #index = 0;

  constructor(secret: Secret, random: RandomBytes) {
    const salt = random(SALT_BYTES);
    this.header = Buffer.concat([MAGIC, salt]);
    this.#key = keyFor(secret, salt);
    this.#random = random;
  }

  seal(plain: Uint8Array): Uint8Array {
    const nonce = this.#random(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(numberBytes(this.#index++));
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32BE(plain.length);
    return Buffer.concat([length, nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }
}

/**
 * Opens what a Sealer sealed, bytes in, records out, wherever the bytes were cut. Throws a SealBroken for a record
 * that is not as it was sealed; one whose end is missing is not given out.
 */
export class Unsealer {
  readonly #secret: Secret;
  #key: Uint8Array | undefined;
  #index = 0;
  #held: Uint8Array = new Uint8Array();

  constructor(secret: Secret) {
    this.#secret = secret;
  }

  /** Whether a record was whole. */
  get begun(): boolean {
    return this.#index > 0;
  }

  *push(chunk: Uint8Array): Generator<Uint8Array, void, undefined> {
    let rest = Buffer.concat([this.#held, chunk]);
    this.#held = rest;
    if (!this.#key) {
      if (rest.length < HEADER_BYTES) return;
      if (!rest.subarray(0, MAGIC.length).equals(MAGIC)) throw new SealBroken('The file is of another kind.');
      this.#key = keyFor(this.#secret, rest.subarray(MAGIC.length, HEADER_BYTES));
      rest = rest.subarray(HEADER_BYTES);
    }
    while (rest.length >= RECORD_OVERHEAD) {
      const size = rest.readUInt32BE() + RECORD_OVERHEAD;
      if (size > LARGEST_RECORD) throw new SealBroken('The file is damaged.');
      if (rest.length < size) break;
      yield this.#open(this.#key, rest.subarray(LENGTH_BYTES, size));
      rest = rest.subarray(size);
    }
    this.#held = rest;
  }

  #open(key: Uint8Array, record: Buffer): Uint8Array {
    const end = record.length - TAG_BYTES;
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, record.subarray(0, NONCE_BYTES))
        .setAAD(numberBytes(this.#index++))
        .setAuthTag(record.subarray(end));
      return Buffer.concat([decipher.update(record.subarray(NONCE_BYTES, end)), decipher.final()]);
    } catch {
      throw new SealBroken('The file is damaged, or was sealed with another key.');
    }
  }
}

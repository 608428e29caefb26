import { createCipheriv, createDecipheriv, createHmac, type KeyObject } from 'node:crypto';
import { HallpassError } from '@hallpass/core/errors';
import type { TokenId } from '@hallpass/core/id';
import { Secret } from '@hallpass/core/secret';
import type { RandomBytes } from '@hallpass/core/token';

const VERSION = 1;
const NONCE = 12;
const TAG = 16;

/** Keeps values so that they can be shown again: or does not. */
export interface Vault {
  /** What is stored beside the digest, or null when no copy is kept. */
  seal(id: TokenId, value: Secret): Uint8Array | null;
  /** Throws `value_not_held` or `secret_key_missing` when there is nothing to show. */
  open(id: TokenId, sealed: Uint8Array | null): Secret;
}

function notHeld(): HallpassError {
  return new HallpassError(
    'value_not_held',
    'No copy of this value is kept, so it cannot be shown again. Rotate the token, or make a new one.',
  );
}

/** Says whether two keys are the same without saying what they are. */
export function keyCheck(key: KeyObject): string {
  return createHmac('sha256', key).update('hallpass secret key check').digest('hex').slice(0, 32);
}

/** AES-256-GCM, bound to the token's id: version, nonce, ciphertext, tag. The key has 32 bytes. */
export class SealingVault implements Vault {
  readonly #key: KeyObject;
  readonly #random: RandomBytes;

  constructor(key: KeyObject, random: RandomBytes) {
    this.#key = key;
    this.#random = random;
  }

  seal(id: TokenId, value: Secret): Uint8Array {
    const nonce = this.#random(NONCE);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: TAG });
    cipher.setAAD(Buffer.from(id));
    const body = cipher.update(value.reveal(), 'latin1');
    // A buffer of its own: a part of a shared one would travel to the database's thread with all of it.
    return new Uint8Array(
      Buffer.concat([Buffer.of(VERSION), nonce, body, cipher.final(), cipher.getAuthTag()]),
    );
  }

  open(id: TokenId, sealed: Uint8Array | null): Secret {
    if (sealed === null) throw notHeld();
    const bytes = Buffer.from(sealed);
    if (bytes[0] !== VERSION || bytes.length < 1 + NONCE + TAG)
      throw new Error('A sealed value has an unknown form.');
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(1, 1 + NONCE), {
      authTagLength: TAG,
    });
    decipher.setAAD(Buffer.from(id));
    decipher.setAuthTag(bytes.subarray(-TAG));
    const body = decipher.update(bytes.subarray(1 + NONCE, -TAG));
    return new Secret(Buffer.concat([body, decipher.final()]).toString('latin1'));
  }
}

/** `--reveal never`: no copy is kept, and none kept before is shown. */
export class EmptyVault implements Vault {
  seal(): null {
    return null;
  }

  open(): Secret {
    throw notHeld();
  }
}

/** The key that sealed what is stored is not here: everything works but showing a value. */
export class LockedVault implements Vault {
  seal(): null {
    return null;
  }

  open(_id: TokenId, sealed: Uint8Array | null): Secret {
    if (sealed === null) throw notHeld();
    throw new HallpassError(
      'secret_key_missing',
      'The server runs without its secret key. Put the key back (HALLPASS_SECRET_KEY or its file) and restart.',
    );
  }
}

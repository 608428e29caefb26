import { hash } from 'node:crypto';

declare const brand: unique symbol;

/** The SHA-256 of a value as a string of 32 characters, one a byte: the only form that is checked or replicated. */
export type Digest = string & { readonly [brand]: 'Digest' };

export function digestOf(value: string): Digest {
  return hash('sha256', value, 'binary') as Digest;
}

/**
 * SHA-256 as 32 bytes that are a buffer of their own: a part of a shared one would travel between threads with all of it.
 * An object for each hash, as `createHash` makes it, would outlive it in memory for seconds.
 */
export function hashOf(content: string | Uint8Array): Uint8Array {
  return Buffer.alloc(32, hash('sha256', content, 'binary'), 'latin1');
}

export function digestFromBytes(bytes: Uint8Array): Digest {
  if (bytes.length !== 32) throw new RangeError(`A digest has 32 bytes, not ${bytes.length}.`);
  return Buffer.from(bytes.buffer, bytes.byteOffset, 32).toString('latin1') as Digest;
}

export function digestToBytes(digest: Digest): Buffer {
  return Buffer.from(digest, 'latin1');
}

/** 32 bits of a digest, its second four bytes, as a signed integer: they tell the values of one token apart. */
export function spreadOf(digest: Digest): number {
  return (
    (digest.charCodeAt(4) << 24) |
    (digest.charCodeAt(5) << 16) |
    (digest.charCodeAt(6) << 8) |
    digest.charCodeAt(7)
  );
}

import type { TokenId } from './id.ts';
import { unpackId } from './packed-id.ts';
import type { Principal } from './principal.ts';
import { ACTIVE, endOf, ID, TERMS_HIGH, TERMS_LOW, WRITE } from './row.ts';
import type { Words } from './segment.ts';

/** Tells the name that belongs to an id now; empty when its token is gone. */
export interface NameSource {
  encodedName(words: Words, id: TokenId): string;
}

/**
 * A token as the table held it when it was looked up: the words of its row, copied, so that it goes on to
 * speak of the same token whatever becomes of the table.
 */
export class FoundToken implements Principal {
  readonly #low: number;
  readonly #high: number;
  readonly #a: number;
  readonly #b: number;
  readonly #c: number;
  readonly #d: number;
  readonly #w0: number;
  readonly #w1: number;
  readonly #w2: number;
  readonly #w3: number;
  readonly #w4: number;
  readonly #names: NameSource;

  constructor(rows: Int32Array, at: number, names: NameSource) {
    this.#low = rows[at + TERMS_LOW] as number;
    this.#high = rows[at + TERMS_HIGH] as number;
    this.#a = rows[at + ID] as number;
    this.#b = rows[at + ID + 1] as number;
    this.#c = rows[at + ID + 2] as number;
    this.#d = rows[at + ID + 3] as number;
    this.#w0 = rows[at] as number;
    this.#w1 = rows[at + 1] as number;
    this.#w2 = rows[at + 2] as number;
    this.#w3 = rows[at + 3] as number;
    this.#w4 = rows[at + 4] as number;
    this.#names = names;
  }

  get active(): boolean {
    return (this.#high & ACTIVE) !== 0;
  }

  get write(): boolean {
    return (this.#high & WRITE) !== 0;
  }

  /** Milliseconds since the epoch; Infinity for a token that never expires. */
  get endsAt(): number {
    return endOf(this.#low, this.#high);
  }

  get expiresAt(): number | null {
    const end = this.endsAt;
    return end === Number.POSITIVE_INFINITY ? null : end;
  }

  get id(): TokenId {
    return unpackId(this.#a, this.#b, this.#c, this.#d);
  }

  writeId(into: Int32Array, at: number): void {
    into[at] = this.#a;
    into[at + 1] = this.#b;
    into[at + 2] = this.#c;
    into[at + 3] = this.#d;
  }

  get spread(): number {
    return this.#w1;
  }

  equals(other: Principal): boolean {
    return (
      other instanceof FoundToken &&
      this.#w1 === other.#w1 &&
      this.#w0 === other.#w0 &&
      this.#w2 === other.#w2 &&
      this.#w3 === other.#w3 &&
      this.#w4 === other.#w4 &&
      this.#low === other.#low &&
      this.#high === other.#high &&
      this.#a === other.#a &&
      this.#b === other.#b &&
      this.#c === other.#c &&
      this.#d === other.#d &&
      this.#names === other.#names
    );
  }

  get encodedName(): string {
    return this.#names.encodedName(Int32Array.of(this.#w0, this.#w1, this.#w2, this.#w3, this.#w4), this.id);
  }

  get name(): string {
    return decodeURIComponent(this.encodedName);
  }

  /** What there is to be seen of it, in a log as well. */
  toJSON(): Pick<Principal, 'id' | 'name' | 'write' | 'expiresAt'> {
    const { id, name, write, expiresAt } = this;
    return { id, name, write, expiresAt };
  }

  [Symbol.for('nodejs.util.inspect.custom')](): unknown {
    return this.toJSON();
  }
}

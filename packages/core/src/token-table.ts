import type { Digest } from './digest.ts';
import { Directory } from './directory.ts';
import type { TokenId } from './id.ts';
import { unpackId } from './packed-id.ts';
import type { Principal } from './principal.ts';
import { ROW, Segment, type Words } from './segment.ts';

/** What the table holds of one value of one token. Times are milliseconds since the epoch. */
export interface TableEntry {
  readonly digest: Digest;
  readonly id: TokenId;
  readonly name: string;
  readonly expiresAt: number | null;
  readonly active: boolean;
  readonly write: boolean;
}

/** Where a row stands, until the next change of the table; or `NOT_FOUND`. */
export type Place = number;
export const NOT_FOUND = -1;

const SEGMENT_BITS = 10;
const ROW_BITS = 19;
const SEGMENT_SHIFT = 32 - SEGMENT_BITS;

const EXPIRY_LOW = 5;
const EXPIRY_HIGH = 6;
const REF = 7;
const ACTIVE = 1 << 16;
const WRITE = 1 << 17;
/** 48 bits of milliseconds reach the year 10889; all ones mean never. */
const NEVER = 2 ** 48 - 1;

function word(digest: Digest, at: number): number {
  return (
    (digest.charCodeAt(at) << 24) |
    (digest.charCodeAt(at + 1) << 16) |
    (digest.charCodeAt(at + 2) << 8) |
    digest.charCodeAt(at + 3)
  );
}

function wordsOf(digest: Digest): Words {
  return [word(digest, 0), word(digest, 4), word(digest, 8), word(digest, 12), word(digest, 16)];
}

class TablePrincipal implements Principal {
  readonly write: boolean;
  readonly expiresAt: number | null;
  readonly ref: number;
  readonly #a: number;
  readonly #b: number;
  readonly #c: number;
  readonly #d: number;
  readonly #directory: Directory;

  constructor(directory: Directory, ref: number, write: boolean, expiresAt: number | null) {
    const ids = directory.idsOf(ref);
    const at = directory.offsetOf(ref);
    this.#directory = directory;
    this.#a = ids[at] as number;
    this.#b = ids[at + 1] as number;
    this.#c = ids[at + 2] as number;
    this.#d = ids[at + 3] as number;
    this.ref = ref;
    this.write = write;
    this.expiresAt = expiresAt;
  }

  get id(): TokenId {
    return unpackId(this.#a, this.#b, this.#c, this.#d);
  }

  get encodedName(): string {
    const ids = this.#directory.idsOf(this.ref);
    const at = this.#directory.offsetOf(this.ref);
    const same =
      ids[at] === this.#a && ids[at + 1] === this.#b && ids[at + 2] === this.#c && ids[at + 3] === this.#d;
    return same ? this.#directory.encodedName(this.ref) : '';
  }

  get name(): string {
    return decodeURIComponent(this.encodedName);
  }
}

/**
 * All tokens by digest, in memory: about 50 bytes a token without names, no object a token, no pause to grow.
 * The digest's first ten bits choose one of 1,024 segments, each of which grows on its own.
 */
export class TokenTable {
  readonly #segments: readonly Segment[] = Array.from({ length: 1 << SEGMENT_BITS }, () => new Segment());
  readonly #directory: Directory;
  #size = 0;

  constructor(options: { names: boolean } = { names: true }) {
    this.#directory = new Directory(options.names);
  }

  /** How many values the table holds. */
  get size(): number {
    return this.#size;
  }

  /** Adds the value with this digest, or replaces what is known of it. Throws a RangeError for a foreign id or time. */
  set(entry: TableEntry): void {
    const expiry = entry.expiresAt ?? NEVER;
    if (!Number.isSafeInteger(expiry) || expiry < 0 || expiry > NEVER) throw new RangeError('Not a time.');
    const words = wordsOf(entry.digest);
    const segment = this.#segmentOf(words[0]);
    let at = segment.find(...words);
    const ref = this.#directory.add(entry.id, entry.name);
    if (at !== NOT_FOUND) this.#directory.remove(segment.rows[at + REF] as number);
    else {
      at = segment.insert(words);
      this.#size++;
    }
    const rows = segment.rows;
    rows[at + EXPIRY_LOW] = expiry;
    rows[at + EXPIRY_HIGH] =
      Math.floor(expiry / 2 ** 32) | (entry.active ? ACTIVE : 0) | (entry.write ? WRITE : 0);
    rows[at + REF] = ref;
  }

  /** Takes the value out. False when it was not there. */
  delete(digest: Digest): boolean {
    const words = wordsOf(digest);
    const segment = this.#segmentOf(words[0]);
    const at = segment.find(...words);
    if (at === NOT_FOUND) return false;
    this.#directory.remove(segment.rows[at + REF] as number);
    segment.remove(at);
    this.#size--;
    return true;
  }

  /** Sizes the table for `count` values before they are loaded. */
  reserve(count: number): void {
    const each = count / (1 << SEGMENT_BITS);
    // Four standard deviations above the mean: hardly a segment grows after that.
    for (const segment of this.#segments) segment.reserve(Math.ceil(each + 4 * Math.sqrt(each)));
  }

  find(digest: Digest): Place {
    const w0 = word(digest, 0);
    const index = w0 >>> SEGMENT_SHIFT;
    const at = (this.#segments[index] as Segment).find(
      w0,
      word(digest, 4),
      word(digest, 8),
      word(digest, 12),
      word(digest, 16),
    );
    return at === NOT_FOUND ? NOT_FOUND : (index << ROW_BITS) | (at / ROW);
  }

  isActive(place: Place): boolean {
    return (this.#word(place, EXPIRY_HIGH) & ACTIVE) !== 0;
  }

  mayWrite(place: Place): boolean {
    return (this.#word(place, EXPIRY_HIGH) & WRITE) !== 0;
  }

  /** Milliseconds since the epoch; later than any time there is for a value that never expires. */
  expiresAt(place: Place): number {
    const expiry =
      (this.#word(place, EXPIRY_HIGH) & 0xffff) * 2 ** 32 + (this.#word(place, EXPIRY_LOW) >>> 0);
    return expiry === NEVER ? Number.POSITIVE_INFINITY : expiry;
  }

  principal(place: Place): Principal {
    const expiry = this.expiresAt(place);
    return new TablePrincipal(
      this.#directory,
      this.#word(place, REF),
      this.mayWrite(place),
      expiry === Number.POSITIVE_INFINITY ? null : expiry,
    );
  }

  /** The id behind a reference that a principal of this table carried, if its token has not changed since. */
  idOf(ref: number): TokenId {
    const ids = this.#directory.idsOf(ref);
    const at = this.#directory.offsetOf(ref);
    return unpackId(ids[at] as number, ids[at + 1] as number, ids[at + 2] as number, ids[at + 3] as number);
  }

  #segmentOf(w0: number): Segment {
    return this.#segments[w0 >>> SEGMENT_SHIFT] as Segment;
  }

  #word(place: Place, field: number): number {
    const segment = this.#segments[place >>> ROW_BITS] as Segment;
    return segment.rows[(place & ((1 << ROW_BITS) - 1)) * ROW + field] as number;
  }
}

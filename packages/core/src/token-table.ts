import type { Digest } from './digest.ts';
import { FoundToken, type NameSource } from './found-token.ts';
import type { TokenId } from './id.ts';
import { LONGEST_NAME, Names } from './names.ts';
import { idAt, packId } from './packed-id.ts';
import { DIGEST_WORDS, ID, ID_WORDS, NAME, packTerms, TERMS_HIGH, TERMS_LOW } from './row.ts';
import { Segment, type Words } from './segment.ts';

/** What the table holds of one value of one token. Times are milliseconds since the epoch. */
export interface TableEntry {
  readonly digest: Digest;
  readonly id: TokenId;
  readonly name: string;
  readonly expiresAt: number | null;
  readonly active: boolean;
  readonly write: boolean;
}

const SEGMENT_BITS = 8;
const SEGMENT_SHIFT = 32 - SEGMENT_BITS;

const scratch = new Int32Array(DIGEST_WORDS);

/** The words of a digest, good until the next call: one array serves all of a load. */
function wordsOf(digest: Digest): Words {
  for (let i = 0; i < DIGEST_WORDS; i++) {
    const at = i * 4;
    scratch[i] =
      (digest.charCodeAt(at) << 24) |
      (digest.charCodeAt(at + 1) << 16) |
      (digest.charCodeAt(at + 2) << 8) |
      digest.charCodeAt(at + 3);
  }
  return scratch;
}

/**
 * All tokens by digest, in memory: about 60 bytes a token without names, no object a token, no pause to grow.
 * The digest's first eight bits choose one of 256 segments, each of which grows on its own.
 */
export class TokenTable {
  readonly #segments: readonly Segment[] = Array.from({ length: 1 << SEGMENT_BITS }, () => new Segment());
  readonly #names: Names | undefined;
  /** An id is packed here first, so that one that is refused leaves nothing half written. */
  readonly #packed = new Int32Array(ID_WORDS);
  readonly #source: NameSource;
  #size = 0;

  /** `source`: whom tokens that were found ask for their names, if this table may be replaced meanwhile. */
  constructor(options: { names: boolean; source?: NameSource } = { names: true }) {
    this.#names = options.names ? new Names() : undefined;
    this.#source = options.source ?? this;
  }

  /** How many values the table holds. */
  get size(): number {
    return this.#size;
  }

  get keepsNames(): boolean {
    return this.#names !== undefined;
  }

  /** What the table knows of the value whose digest begins with these five words, or undefined. */
  find(words: Words): FoundToken | undefined {
    const segment = this.#segmentOf(words);
    const at = segment.find(words);
    return at === -1 ? undefined : new FoundToken(segment.rows, at, this.#source);
  }

  /**
   * Adds the value with this digest, or replaces what is known of it. Throws a RangeError for a foreign id,
   * name or time and, where names are kept, a URIError for one that is no Unicode; then nothing has changed.
   */
  set({ digest, id, name, expiresAt, active, write }: TableEntry): void {
    const [low, high] = packTerms(expiresAt, active, write);
    const encoded = this.#names ? encodeURIComponent(name) : '';
    if (encoded.length > LONGEST_NAME) throw new RangeError('Not a name.');
    packId(id, this.#packed, 0);
    this.put(wordsOf(digest), this.#packed, low, high, encoded);
  }

  /** What `set` does, with everything in the form in which it is kept (see row.ts); nothing is checked. */
  put(words: Words, id: Int32Array, low: number, high: number, encodedName: string): void {
    const segment = this.#segmentOf(words);
    let at = segment.find(words);
    if (at === -1) {
      at = segment.insert(words);
      this.#size++;
    }
    const rows = segment.rows;
    rows[at + TERMS_LOW] = low;
    rows[at + TERMS_HIGH] = high;
    for (let i = 0; i < ID_WORDS; i++) rows[at + ID + i] = id[i] as number;
    if (this.#names) rows[at + NAME] = this.#names.replace(rows[at + NAME] as number, encodedName);
  }

  /** Takes the value out. False when it was not there. */
  delete(digest: Digest): boolean {
    const words = wordsOf(digest);
    const segment = this.#segmentOf(words);
    const at = segment.find(words);
    if (at === -1) return false;
    this.#names?.remove(segment.rows[at + NAME] as number);
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

  /** The name of the token at these words if it has this id still, in percent-encoded UTF-8; else empty. */
  encodedName(words: Words, id: TokenId): string {
    const segment = this.#segmentOf(words);
    const at = segment.find(words);
    if (at === -1 || !this.#names) return '';
    const rows = segment.rows;
    return idAt(rows, at + ID) === id ? this.#names.get(rows[at + NAME] as number) : '';
  }

  #segmentOf(words: Words): Segment {
    return this.#segments[(words[0] as number) >>> SEGMENT_SHIFT] as Segment;
  }
}

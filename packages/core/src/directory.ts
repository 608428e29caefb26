import type { TokenId } from './id.ts';
import { Names } from './names.ts';
import { packId } from './packed-id.ts';

const CHUNK_BITS = 14;
const CHUNK = 1 << CHUNK_BITS;
const ID_WORDS = 4;

interface Chunk {
  readonly ids: Int32Array;
  readonly names: Uint32Array | undefined;
}

/** What the table knows of a token beyond the decision: its id and, if wanted, its name, by a small reference. */
export class Directory {
  readonly #names: Names | undefined;
  readonly #chunks: Chunk[] = [];
  #next = 1;
  #freed = 0;

  constructor(withNames: boolean) {
    this.#names = withNames ? new Names() : undefined;
  }

  /** References start at 1, and one that was removed is the first to be given out again. */
  add(id: TokenId, name: string): number {
    const ref = this.#freed === 0 ? this.#next : this.#freed;
    const chunk = this.#chunkFor(ref);
    const at = (ref & (CHUNK - 1)) * ID_WORDS;
    const nextFreed = this.#freed === 0 ? 0 : (chunk.ids[at] as number);
    packId(id, chunk.ids, at);
    if (this.#freed === 0) this.#next++;
    this.#freed = nextFreed;
    this.rename(ref, name);
    return ref;
  }

  rename(ref: number, name: string): void {
    const names = (this.#chunks[ref >>> CHUNK_BITS] as Chunk).names;
    if (!names || !this.#names) return;
    const at = ref & (CHUNK - 1);
    this.#names.remove(names[at] as number);
    names[at] = 0;
    names[at] = this.#names.add(encodeURIComponent(name));
  }

  remove(ref: number): void {
    this.rename(ref, '');
    const ids = (this.#chunks[ref >>> CHUNK_BITS] as Chunk).ids;
    const at = (ref & (CHUNK - 1)) * ID_WORDS;
    ids.fill(0, at, at + ID_WORDS);
    ids[at] = this.#freed;
    this.#freed = ref;
  }

  /** The four words of the id at `ref` start at `(ref & mask) * 4` of the array this returns. */
  idsOf(ref: number): Int32Array {
    return (this.#chunks[ref >>> CHUNK_BITS] as Chunk).ids;
  }

  offsetOf(ref: number): number {
    return (ref & (CHUNK - 1)) * ID_WORDS;
  }

  /** The name in percent-encoded UTF-8; empty where names are not kept. */
  encodedName(ref: number): string {
    const names = this.#chunks[ref >>> CHUNK_BITS]?.names;
    return names && this.#names ? this.#names.get(names[ref & (CHUNK - 1)] as number) : '';
  }

  #chunkFor(ref: number): Chunk {
    const index = ref >>> CHUNK_BITS;
    const chunk = this.#chunks[index];
    if (chunk) return chunk;
    const made: Chunk = {
      ids: new Int32Array(CHUNK * ID_WORDS),
      names: this.#names ? new Uint32Array(CHUNK) : undefined,
    };
    this.#chunks[index] = made;
    return made;
  }
}

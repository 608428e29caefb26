import type { TokenState } from '@hallpass/core/change';
import { type Digest, spreadOf } from '@hallpass/core/digest';
import type { TokenId } from '@hallpass/core/id';

interface Value {
  readonly digest: Digest;
  readonly place: number;
  readonly untilFirstUse: boolean;
}

/** Behind all former values. */
const PRESENT = { place: Number.POSITIVE_INFINITY, untilFirstUse: false };

function isFormer({ place }: Value): boolean {
  return place < PRESENT.place;
}

/** The values of tokens that have former ones, as far as one of them ends at the first use of a newer one. */
export class FirstUses {
  readonly #values = new Map<TokenId, readonly Value[]>();
  readonly #awaiting = new Set<TokenId>();
  /** Values that are over, and still stored. */
  readonly #over = new Set<Digest>();

  /** How many tokens await a first use. */
  get awaiting(): number {
    return this.#awaiting.size;
  }

  /** What a change says of a value: of all of a token's, the present one comes last. */
  put({ id, digest, former }: Pick<TokenState, 'id' | 'digest' | 'former'>): void {
    const others = this.#others(id, digest);
    if (former) this.#keep(id, [...others, { digest, ...former }]);
    else if (this.#values.has(id)) this.#keep(id, [...others.filter(isFormer), { digest, ...PRESENT }]);
  }

  remove(id: TokenId, digest: Digest): void {
    this.#over.delete(digest);
    if (this.#values.has(id)) this.#keep(id, this.#others(id, digest));
  }

  /** Whether the value has ended, whatever is stored of it. */
  isOver(digest: Digest): boolean {
    return this.#over.has(digest);
  }

  /**
   * Takes note that the value of this `spread` was used. Returns those that are over because of it:
   * older ones of the same token that were good until then. A value that is gone, of which a replica tells late, ends
   * none.
   */
  use(id: TokenId, spread: number): readonly Digest[] {
    if (!this.#awaiting.has(id)) return [];
    const values = this.#values.get(id) ?? [];
    const used = values.find(({ digest }) => spreadOf(digest) === spread);
    if (!used) return [];
    const ended = values.filter((value) => this.#awaits(value) && value.place < used.place);
    for (const { digest } of ended) this.#over.add(digest);
    this.#keep(id, values);
    return ended.map(({ digest }) => digest);
  }

  #awaits({ digest, untilFirstUse }: Value): boolean {
    return untilFirstUse && !this.#over.has(digest);
  }

  #others(id: TokenId, digest: Digest): readonly Value[] {
    return (this.#values.get(id) ?? []).filter((value) => value.digest !== digest);
  }

  #keep(id: TokenId, values: readonly Value[]): void {
    if (values.some(isFormer)) this.#values.set(id, values);
    else this.#values.delete(id);
    if (values.some((value) => this.#awaits(value))) this.#awaiting.add(id);
    else this.#awaiting.delete(id);
  }
}

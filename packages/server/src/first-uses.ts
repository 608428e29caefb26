import type { TokenState } from '@hallpass/core/change';
import { type Digest, spreadOf } from '@hallpass/core/digest';
import type { TokenId } from '@hallpass/core/id';

interface Value {
  readonly digest: Digest;
  readonly place: number;
  readonly untilFirstUse: boolean;
}

/** The former values of tokens, as far as one of them ends at the first use of a newer one. */
export class FirstUses {
  readonly #formers = new Map<TokenId, readonly Value[]>();
  readonly #awaiting = new Set<TokenId>();
  /** Values that are over, and still stored. */
  readonly #over = new Set<Digest>();

  /** How many tokens await a first use. */
  get awaiting(): number {
    return this.#awaiting.size;
  }

  /** What a change says of a value; of a present one nothing need be known. */
  put({ id, digest, former }: Pick<TokenState, 'id' | 'digest' | 'former'>): void {
    if (former) this.#keep(id, [...this.#others(id, digest), { digest, ...former }]);
  }

  remove(id: TokenId, digest: Digest): void {
    this.#over.delete(digest);
    if (this.#formers.has(id)) this.#keep(id, this.#others(id, digest));
  }

  /** Whether the value has ended, whatever is stored of it. */
  isOver(digest: Digest): boolean {
    return this.#over.has(digest);
  }

  /**
   * Takes note that the value of this `spread` was used. Returns those that are over because of it:
   * older ones of the same token that were good until then.
   */
  use(id: TokenId, spread: number): readonly Digest[] {
    if (!this.#awaiting.has(id)) return [];
    const formers = this.#formers.get(id) ?? [];
    const used = formers.find(({ digest }) => spreadOf(digest) === spread)?.place ?? Number.POSITIVE_INFINITY;
    const ended = formers.filter((value) => this.#awaits(value) && value.place < used);
    for (const { digest } of ended) this.#over.add(digest);
    this.#keep(id, formers);
    return ended.map(({ digest }) => digest);
  }

  #awaits({ digest, untilFirstUse }: Value): boolean {
    return untilFirstUse && !this.#over.has(digest);
  }

  #others(id: TokenId, digest: Digest): readonly Value[] {
    return (this.#formers.get(id) ?? []).filter((value) => value.digest !== digest);
  }

  #keep(id: TokenId, formers: readonly Value[]): void {
    if (formers.length > 0) this.#formers.set(id, formers);
    else this.#formers.delete(id);
    if (formers.some((value) => this.#awaits(value))) this.#awaiting.add(id);
    else this.#awaiting.delete(id);
  }
}

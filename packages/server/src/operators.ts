import type { OperatorState } from '@hallpass/core/change';
import type { Digest } from '@hallpass/core/digest';
import type { OperatorId } from '@hallpass/core/id';

/** All operators by digest: few, so plain objects do. */
export class Operators {
  readonly #byDigest = new Map<Digest, OperatorState>();
  readonly #digests = new Map<OperatorId, Digest>();

  put(operator: OperatorState): void {
    this.remove(operator.id);
    this.#byDigest.set(operator.digest, operator);
    this.#digests.set(operator.id, operator.digest);
  }

  remove(id: OperatorId): void {
    const digest = this.#digests.get(id);
    if (digest === undefined) return;
    this.#digests.delete(id);
    this.#byDigest.delete(digest);
  }

  get(digest: Digest): OperatorState | undefined {
    return this.#byDigest.get(digest);
  }

  get size(): number {
    return this.#byDigest.size;
  }
}

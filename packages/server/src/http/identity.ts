import type { Principal } from '@hallpass/core/principal';
import type { Checker } from '../live.ts';

/** The identity headers of an allowed request: always all of them, flat. */
export function identityHeaders(principal: Principal): string[] {
  return [
    'X-Hallpass-Token-Id',
    principal.id,
    'X-Hallpass-Token-Name',
    principal.encodedName,
    'X-Hallpass-Write',
    principal.write ? 'true' : 'false',
    'X-Hallpass-Expires',
    principal.expiresAt === null ? 'never' : new Date(principal.expiresAt).toISOString(),
  ];
}

const PLACES = 1 << 14;

interface Remembered {
  readonly principal: Principal;
  /** What the count of changes was then. */
  readonly changes: number;
  readonly headers: readonly string[];
}

/**
 * The identity headers of tokens that were seen lately, made once and not again until their token changes: making
 * them costs several times the check. It decides nothing: it is asked about a principal that was just let in.
 */
export class Identities {
  readonly #state: Pick<Checker, 'changesOf'>;
  readonly #more: readonly string[];
  readonly #places: (Remembered | undefined)[] = new Array<Remembered | undefined>(PLACES).fill(undefined);

  /** `state` is where principals are found; `more` headers follow those of the identity. */
  constructor(state: Pick<Checker, 'changesOf'>, more: readonly string[] = []) {
    this.#state = state;
    this.#more = more;
  }

  headersOf(principal: Principal): readonly string[] {
    const places = this.#places;
    const changes = this.#state.changesOf(principal.spread);
    // Two share each pair of places: with one for each, what is seldom asked for would drive out what often is.
    const first = principal.spread & (PLACES - 2);
    const known = places[first];
    if (known?.changes === changes && known.principal.equals(principal)) return known.headers;
    const before = places[first + 1];
    if (before?.changes === changes && before.principal.equals(principal)) return before.headers;
    const headers = [...identityHeaders(principal), ...this.#more];
    places[first + 1] = known;
    places[first] = { principal, changes, headers };
    return headers;
  }
}

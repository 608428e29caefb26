import type { Principal } from '@hallpass/core/principal';

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
  readonly revision: number;
  readonly headers: readonly string[];
}

/**
 * The identity headers of tokens that were seen lately, made once and not again while no token changes: making
 * them costs more than the check. It decides nothing: it is asked about a principal that was just let in.
 */
export class Identities {
  readonly #state: { readonly revision: number };
  readonly #more: readonly string[];
  readonly #places: (Remembered | undefined)[] = new Array<Remembered | undefined>(PLACES).fill(undefined);

  /** `state` tells the revision of what principals are found in; `more` headers follow those of the identity. */
  constructor(state: { readonly revision: number }, more: readonly string[] = []) {
    this.#state = state;
    this.#more = more;
  }

  headersOf(principal: Principal): readonly string[] {
    const places = this.#places;
    const { revision } = this.#state;
    // Two share each pair of places: with one for each, what is seldom asked for would drive out what often is.
    const first = principal.spread & (PLACES - 2);
    const known = places[first];
    if (known?.revision === revision && known.principal.equals(principal)) return known.headers;
    const before = places[first + 1];
    if (before?.revision === revision && before.principal.equals(principal)) return before.headers;
    const headers = [...identityHeaders(principal), ...this.#more];
    places[first + 1] = known;
    places[first] = { principal, revision, headers };
    return headers;
  }
}

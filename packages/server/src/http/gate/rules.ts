import { PathPattern, RequestPath } from './path-pattern.ts';

/** What a rule asks of a request. `public` asks for no token. */
export type RuleAccess = 'public' | 'read' | 'write';

export interface RuleOptions {
  /** In lower case, without a port. Null: any. */
  readonly host: string | null;
  /** Null: any. */
  readonly methods: readonly string[] | null;
  readonly path: string;
  readonly access: RuleAccess;
}

interface Rule {
  readonly host: string | null;
  readonly methods: ReadonlySet<string> | null;
  readonly pattern: PathPattern;
  readonly access: RuleAccess;
}

const SEVERITY: { readonly [A in RuleAccess]: number } = { public: 0, read: 1, write: 2 };

function stricter(a: RuleAccess, b: RuleAccess): RuleAccess {
  return SEVERITY[a] >= SEVERITY[b] ? a : b;
}

/** Who serves GET serves HEAD by the same code. */
function methodsOf(methods: readonly string[] | null): ReadonlySet<string> | null {
  if (methods === null) return null;
  return new Set(methods.includes('GET') ? [...methods, 'HEAD'] : methods);
}

/**
 * The operator's rules, in their order: the first that fits to the letter counts. One that fits only as some
 * lenient server might read the path cannot let anything through, but can ask for more.
 */
export class Rules {
  readonly #rules: readonly Rule[];

  constructor(rules: readonly RuleOptions[]) {
    this.#rules = rules.map(({ host, methods, path, access }) => ({
      host,
      methods: methodsOf(methods),
      pattern: new PathPattern(path),
      access,
    }));
  }

  /** `host` as in the rules; `usual` is what the request asks for where no rule speaks. */
  accessOf(host: string, method: string, path: string, usual: 'read' | 'write'): RuleAccess {
    const taken = new RequestPath(path);
    let least: RuleAccess = 'public';
    for (const { host: ofHost, methods, pattern, access } of this.#rules) {
      if (ofHost !== null && ofHost !== host) continue;
      if (methods !== null && !methods.has(method)) continue;
      const fit = pattern.fit(taken);
      if (fit === 'exact') return stricter(access, least);
      if (fit === 'near') least = stricter(access, least);
    }
    return stricter(usual, least);
  }
}

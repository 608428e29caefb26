import { normalPath } from './path-pattern.ts';
import type { Upstream } from './upstream.ts';

/** A Host header's value without port and last dot, in lower case; empty for a request without one. */
export function plainHost(host: string | undefined): string {
  const name = (host ?? '').replace(/:\d{1,5}$/, '').toLowerCase();
  return name.endsWith('.') ? name.slice(0, -1) : name;
}

function isBelow(path: string, prefix: string): boolean {
  return path.startsWith(prefix) && (path.length === prefix.length || path.charAt(prefix.length) === '/');
}

/** Which upstream takes a request: one for its host before one for every host, then the longest path. */
export class Routes {
  readonly upstreams: readonly Upstream[];
  readonly #only: Upstream | undefined;

  constructor(upstreams: readonly Upstream[]) {
    this.upstreams = upstreams.toSorted(
      (a, b) => Number(a.host === null) - Number(b.host === null) || b.path.length - a.path.length,
    );
    const [first, ...more] = upstreams;
    this.#only = first?.host === null && first.path === '' && more.length === 0 ? first : undefined;
  }

  /** undefined: nobody does. `path` of a canonical target. */
  find(host: string | undefined, path: string): Upstream | undefined {
    if (this.#only) return this.#only;
    const [ofHost, normal] = [plainHost(host), normalPath(path)];
    return this.upstreams.find(
      (upstream) => (upstream.host === null || upstream.host === ofHost) && isBelow(normal, upstream.path),
    );
  }
}

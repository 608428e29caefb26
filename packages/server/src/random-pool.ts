import type { RandomBytes } from '@hallpass/core/token';

const POOL = 4096;

/**
 * The same bytes as `source` gives, drawn by the page: for a few of them a draw costs as much as for thousands. What
 * is handed out is wiped here. Throws what `source` throws.
 */
export function randomPool(source: RandomBytes): RandomBytes {
  let pool = new Uint8Array(0);
  let used = 0;
  return (size) => {
    if (size > POOL) return source(size);
    if (used + size > pool.length) {
      // Its own copy, of which `slice` makes another: a Buffer's would be a view, wiped with the pool.
      pool = new Uint8Array(source(POOL));
      used = 0;
    }
    const taken = pool.slice(used, used + size);
    pool.fill(0, used, used + size);
    used += size;
    return taken;
  };
}

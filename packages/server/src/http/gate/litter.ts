import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** So many bytes of chunks that were passed on may lie about before they are collected. */
const MOST = 8 * 2 ** 20;

type Collect = (options: { readonly type: 'minor' }) => void;

let lying = 0;
let collect: Collect | undefined;

/** What collects young garbage. Only Node's own flag gives it out, and only to contexts made after it. */
function collector(): Collect {
  setFlagsFromString('--expose-gc');
  const given: unknown = runInNewContext('globalThis.gc');
  return typeof given === 'function' ? (given as Collect) : () => {};
}

/**
 * Told of every chunk of a stream that was passed on. V8 by itself lets 32 MiB of them lie, so that each chunk is
 * read into memory that no cache holds any more; collected sooner, they take less memory and less time
 * (docs/decisions/0007-chunks-are-collected-early.md).
 */
export function passedOn(chunk: Uint8Array): void {
  lying += chunk.length;
  if (lying < MOST) return;
  lying = 0;
  collect ??= collector();
  collect({ type: 'minor' });
}

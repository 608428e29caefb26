import type { RandomBytes } from '@hallpass/core/token';

/** Makes request ids: 72 random bits that stand for this process, and a count. */
export function requestIds(random: RandomBytes): () => string {
  const process = Buffer.from(random(9)).toString('base64url');
  let count = 0;
  return () => `${process}.${(count++).toString(36)}`;
}

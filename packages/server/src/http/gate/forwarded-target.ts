import type { CanonicalTarget, TargetReader } from '@hallpass/core/target';
import type { Upstream } from './upstream.ts';

/**
 * Path and query as the upstream gets them: as they came, behind its own path, and without the path it is reached
 * by where that is taken off. undefined when what is left has more than one meaning, or is the server's own.
 */
export function forwardedTarget(
  { prefix, path, stripPath }: Upstream,
  target: CanonicalTarget,
  readTarget: TargetReader,
): string | undefined {
  if (!stripPath || path === '') return prefix + target.text;
  const left = target.path.split('/').slice(path.split('/').length);
  const rest = readTarget(`/${left.join('/')}${target.query}`, undefined);
  return rest.ok && !rest.reserved ? prefix + rest.text : undefined;
}

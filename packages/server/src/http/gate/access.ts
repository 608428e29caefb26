import type { IncomingMessage } from 'node:http';
import { type Access, accessOf } from '@hallpass/core/access';
import { namedMethodOf } from '@hallpass/core/method-override';
import type { CanonicalTarget } from '@hallpass/core/target';
import { headerKind } from './header-kind.ts';
import { plainHost } from './routes.ts';
import type { Rules } from './rules.ts';

export interface Asked {
  readonly request: IncomingMessage;
  readonly host: string | undefined;
  readonly target: CanonicalTarget;
  /** Whether it asks for a WebSocket. */
  readonly upgrade: boolean;
}

/**
 * What a request for a service asks for. Without a rule its method says so, or the one its query names if that
 * is more; a WebSocket writes. A rule can ask for less only where nothing names another method, and `public`
 * opens no WebSocket.
 */
export function accessFor(asked: Asked, rules: Rules | undefined): Access | 'public' {
  const { request, host, target, upgrade } = asked;
  const named = namedMethodOf(target.query);
  const usual = usualAccess(asked, named);
  if (rules === undefined || usual === 'refused') return usual;
  const ruled = rules.accessOf(plainHost(host), request.method ?? '', target.path, usual);
  if (upgrade && ruled === 'public') return 'write';
  if (usual === 'read' || ruled === 'write') return ruled;
  return named === undefined && !hasOverrideHeader(request.rawHeaders) ? ruled : 'write';
}

function usualAccess({ request, upgrade }: Asked, named: string | undefined): Access {
  if (upgrade) return 'write';
  const access = accessOf(request.method ?? '');
  return access === 'read' && named !== undefined && accessOf(named) !== 'read' ? 'write' : access;
}

/** Whether a header line, in any spelling, names another method. */
function hasOverrideHeader(rawHeaders: readonly string[]): boolean {
  return rawHeaders.some((name, i) => i % 2 === 0 && headerKind(name) === 'override');
}

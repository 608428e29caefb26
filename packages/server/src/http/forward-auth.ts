import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Access, accessOf } from '@hallpass/core/access';
import { hashOf } from '@hallpass/core/digest';
import { refusal } from '@hallpass/core/refusal';
import type { Secret } from '@hallpass/core/secret';
import type { Checker } from '../live.ts';
import type { TrustedProxies } from './address.ts';
import { sendEarly } from './closing.ts';
import { Identities } from './identity.ts';
import { otherProtocol } from './protocol.ts';
import type { RequestReading } from './read.ts';

/** How the door learns what the client asked for: see `accessFor`. */
export type Dialect = 'headers' | 'read' | 'write' | 'method';

export interface ForwardAuthOptions {
  readonly checker: Checker;
  readonly trustedProxies: TrustedProxies;
  /** What a proxy may send as X-Hallpass-Proxy-Secret to be believed from any address. */
  readonly proxySecret?: Secret | undefined;
}

export type ForwardAuth = (
  request: IncomingMessage,
  response: ServerResponse,
  reading: RequestReading,
  dialect: Dialect,
) => void;

/** The values of every line with this lower-case name. */
function linesOf(rawHeaders: readonly string[], name: string): string[] {
  return rawHeaders.filter((_, i) => i % 2 === 1 && (rawHeaders[i - 1] as string).toLowerCase() === name);
}

const SEVERITY: { readonly [A in Access]: number } = { read: 0, write: 1, refused: 2 };

function worse(a: Access, b: Access | undefined): Access {
  return b === undefined || SEVERITY[a] >= SEVERITY[b] ? a : b;
}

const METHOD_HEADERS = ['x-forwarded-method', 'x-original-method'] as const;

/**
 * The most dangerous of the original methods that a believed proxy names; undefined when it names none.
 * The same header twice is no statement at all, and counts as writing.
 */
function namedAccess(rawHeaders: readonly string[]): Access | undefined {
  let named: Access | undefined;
  let seen = '';
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length !== 17 && name.length !== 18) continue;
    const lower = name.toLowerCase();
    if (!METHOD_HEADERS.some((header) => header === lower)) continue;
    named = worse(seen.includes(lower) ? 'write' : accessOf(rawHeaders[i + 1] as string), named);
    seen += lower;
  }
  return named;
}

/**
 * Whether the request would change to another protocol than the gate lets through. Inside it the proxy would see no
 * requests any more: nothing would be checked there, and identity headers could be forged.
 */
function isOtherProtocol({ method, rawHeaders }: IncomingMessage, upgrade: string | undefined): boolean {
  if (upgrade === undefined) return false;
  const named = METHOD_HEADERS.flatMap((name) => linesOf(rawHeaders, name));
  // Some proxies ask with HEAD, whatever it is about.
  const isGet = (method === 'GET' || method === 'HEAD') && named.every((each) => each === 'GET');
  return upgrade.toLowerCase() !== 'websocket' || !isGet;
}

/**
 * Answers a proxy's question whether a request may pass: 200 with an empty body and every identity header,
 * or the refusal. Whatever is unknown, doubled or not from a believed proxy counts as writing.
 */
export function createForwardAuth({ checker, trustedProxies, proxySecret }: ForwardAuthOptions): ForwardAuth {
  const identities = new Identities(checker, ['Cache-Control', 'no-store', 'Content-Length', '0']);
  const secretDigest = proxySecret && hashOf(proxySecret.reveal());

  function isBelieved(request: IncomingMessage): boolean {
    if (trustedProxies.sent(request)) return true;
    if (secretDigest === undefined) return false;
    const [sent, ...more] = linesOf(request.rawHeaders, 'x-hallpass-proxy-secret');
    return sent !== undefined && more.length === 0 && timingSafeEqual(hashOf(sent), secretDigest);
  }

  /**
   * `read` and `write` are fixed by the path. `headers`: the most dangerous of the methods the proxy names
   * and its own, where its own GET or HEAD says nothing (proxies ask with GET whatever the client sent).
   * `method`: the same, but the proxy asks with the client's own method.
   */
  function accessFor(request: IncomingMessage, reading: RequestReading, dialect: Dialect): Access {
    const method = request.method ?? '';
    if (accessOf(method) === 'refused') return 'refused';
    if (dialect === 'read' || dialect === 'write') return dialect;
    if (reading.upgrade !== undefined || !isBelieved(request)) return 'write';
    const named = namedAccess(request.rawHeaders);
    const saysItself = dialect === 'method' || (method !== 'GET' && method !== 'HEAD');
    return saysItself ? worse(accessOf(method), named) : (named ?? 'write');
  }

  return (request, response, reading, dialect) => {
    if (isOtherProtocol(request, reading.upgrade)) {
      sendEarly(response, otherProtocol(reading.requestId), reading.body);
      return;
    }
    const access = accessFor(request, reading, dialect);
    const verdict = checker.check({ presented: reading.presented, access }, 'forward_auth');
    if (!verdict.allow) {
      sendEarly(response, refusal(verdict.reason, reading.requestId), reading.body);
      return;
    }
    const identity = identities.headersOf(verdict.principal);
    const sent = reading.sentRequestId;
    const headers = sent === undefined ? identity : [...identity, 'X-Request-Id', sent];
    sendEarly(response, { status: 200, headers, body: '' }, reading.body);
  };
}

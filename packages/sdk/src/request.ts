import { type Access, accessOf } from '@hallpass/core/access';
import {
  ABSENT,
  MALFORMED,
  type Presented,
  readAuthorization,
  readCredential,
} from '@hallpass/core/credential';
import { foldedName, METHOD_OVERRIDES, namedMethodOf } from '@hallpass/core/method-override';

/** A request of `node:http`, `node:https` or `node:http2`, or one of a framework on top that is one. */
export interface NodeRequest {
  readonly rawHeaders: readonly string[];
  readonly method?: string | undefined;
  readonly url?: string | undefined;
}

/** A `Request` as fetch knows it. */
export interface FetchRequest {
  readonly headers: Headers;
  readonly method: string;
  readonly url: string;
}

/** What can be checked: a request, or the value of its one Authorization header (null or undefined: none was sent). */
export type Checkable = NodeRequest | FetchRequest | string | null | undefined;

const OVERRIDES: ReadonlySet<string> = new Set(METHOD_OVERRIDES);
const [SHORTEST_OVERRIDE, LONGEST_OVERRIDE] = [11, 32];

/** Names of overrides end in `method` or `override`: what ends otherwise need not be folded. */
function mayOverride(name: string): boolean {
  if (name.length < SHORTEST_OVERRIDE || name.length > LONGEST_OVERRIDE) return false;
  const last = name.charAt(name.length - 1).toLowerCase();
  return (last === 'd' || last === 'e') && OVERRIDES.has(foldedName(name));
}

/** Whether a header lets the request be more than its method says. */
function raises(name: string, value: string): boolean {
  if (name.length === 7) return name.toLowerCase() === 'upgrade';
  return mayOverride(name) && accessOf(value.toUpperCase()) !== 'read';
}

function raisedByLines(rawHeaders: readonly string[]): boolean {
  for (let i = 0; i + 1 < rawHeaders.length; i += 2)
    if (raises(rawHeaders[i] as string, rawHeaders[i + 1] as string)) return true;
  return false;
}

function raisedByHeaders(headers: Headers): boolean {
  for (const [name, value] of headers) if (raises(name, value)) return true;
  return false;
}

function raisedByQuery(url: string): boolean {
  const start = url.indexOf('?');
  const named = start === -1 ? undefined : namedMethodOf(url.slice(start));
  return named !== undefined && accessOf(named) !== 'read';
}

export function isNodeRequest(request: NodeRequest | FetchRequest): request is NodeRequest {
  return 'rawHeaders' in request;
}

/** Whether a request has no credential, one, or one that cannot be read. */
export function presentedBy(request: Checkable): Presented {
  if (request === undefined || request === null) return ABSENT;
  if (typeof request === 'string') return readAuthorization(request);
  if (isNodeRequest(request)) return readCredential(request.rawHeaders);
  // Several lines come as one here, joined by commas: more than one credential is none that can be read.
  const value = request.headers.get('authorization');
  if (value === null) return ABSENT;
  return /,\s*bearer\b/i.test(value) ? MALFORMED : readAuthorization(value);
}

/**
 * What a request asks for. GET, HEAD and OPTIONS read, unless a header or the query names another method to a service
 * that obeys it, or the request asks for another protocol. A header value alone says nothing, and counts as writing.
 * `write` says what the caller knows better; TRACE and CONNECT stay refused.
 */
export function accessAsked(request: Checkable, write: boolean | undefined): Access {
  const named = typeof request === 'object' && request !== null ? request : undefined;
  const access = named ? accessOf(named.method ?? '') : 'write';
  // Nothing but false lowers: what no type has looked at may be null or 0.
  if (write !== undefined && access !== 'refused') return write === false ? 'read' : 'write';
  if (named === undefined || access !== 'read') return access;
  const raised = isNodeRequest(named) ? raisedByLines(named.rawHeaders) : raisedByHeaders(named.headers);
  return raised || raisedByQuery(named.url ?? '') ? 'write' : 'read';
}

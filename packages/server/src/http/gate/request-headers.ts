import { type Arrival, forwardedHeaders } from './forwarded.ts';
import { headerKind, namedByConnection } from './header-kind.ts';

/** The length that tells Host from Content-Length, the only other of its kind. */
const HOST = 4;

/** What the headers are made of, beside those of the client. */
export interface Sender {
  /** The identity headers, flat: none for a request that a rule makes public. */
  readonly identity: readonly string[];
  /** Whether the token may write, and so name another method. */
  readonly mayWrite: boolean;
  readonly arrival: Arrival;
  readonly requestId: string;
  /** Sent as Host in place of the client's. */
  readonly hostHeader: string | null;
}

/**
 * The headers of an allowed request as the upstream gets them, flat. First everything goes that is not the
 * client's to say (the credential, hop-by-hop headers and what Connection names, every spelling of our own
 * names, and a method override from a token that may not write), then ours are added.
 */
export function upstreamHeaders(
  rawHeaders: readonly string[],
  { identity, mayWrite, arrival, requestId, hostHeader }: Sender,
): string[] {
  const headers: string[] = [];
  const forwarded: string[] = [];
  const named = namedByConnection(rawHeaders);
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    const value = rawHeaders[i + 1] as string;
    const kind = headerKind(name);
    if (kind === 'fixed')
      headers.push(name, hostHeader === null || name.length !== HOST ? value : hostHeader);
    else if (kind === 'te') {
      if (/(?:^|[\s,])trailers(?:$|[\s,;])/i.test(value)) headers.push('TE', 'trailers');
    } else if (named.size > 0 && named.has(name.toLowerCase())) continue;
    else if (kind === 'plain' || (kind === 'override' && mayWrite)) headers.push(name, value);
    else if (kind === 'forwarded') forwarded.push(name, value);
  }
  headers.push(...forwardedHeaders(forwarded, arrival));
  headers.push('X-Request-Id', requestId, ...identity);
  return headers;
}

import { headerKind, namedByConnection } from './header-kind.ts';

type RawHeaders = readonly (Buffer | string)[];

function flatten(raw: unknown): string[] {
  if (!Array.isArray(raw)) return [];
  return (raw as RawHeaders).map((part) => (typeof part === 'string' ? part : part.toString('latin1')));
}

/**
 * The headers of the upstream's answer as the client gets them, flat: nothing hop-by-hop, nothing that poses as ours.
 * Throws when the content is coded for the transfer: nobody here decodes it, and without that header nobody could.
 */
export function clientHeaders(raw: unknown, status: number, requestId: string): string[] {
  const upstream = flatten(raw);
  for (let i = 0; i + 1 < upstream.length; i += 2)
    if (isCoding(upstream[i] as string, upstream[i + 1] as string))
      throw new Error('The upstream coded its answer for the transfer in another way than chunked.');
  // RFC 9110 §8.6: a 204 has no length, whatever the upstream says.
  return headersPassedOn(status === 204 ? withoutLength(upstream) : upstream, requestId);
}

function withoutLength(headers: readonly string[]): string[] {
  return headers.filter((_, i) => headers[i - (i % 2)]?.toLowerCase() !== 'content-length');
}

/** The headers of the upstream's 101 as the client gets them. */
export function switchingHeaders(raw: unknown, requestId: string): string[] {
  return headersPassedOn(flatten(raw), requestId);
}

function isCoding(name: string, value: string): boolean {
  return name.length === 17 && /^transfer-encoding$/i.test(name) && !/^chunked$/i.test(value);
}

function headersPassedOn(upstream: readonly string[], requestId: string): string[] {
  const named = namedByConnection(upstream);
  const headers: string[] = [];
  for (let i = 0; i + 1 < upstream.length; i += 2) {
    const name = upstream[i] as string;
    const kind = headerKind(name);
    if (kind === 'remove' || kind === 'connection' || kind === 'te') continue;
    if (kind !== 'fixed' && named.size > 0 && named.has(name.toLowerCase())) continue;
    headers.push(name, upstream[i + 1] as string);
  }
  headers.push('X-Request-Id', requestId);
  return headers;
}

/** Fields that mean something before the content, or that grant something: never believed in a trailer. */
const NO_TRAILER =
  /^(?:set-cookie|www-authenticate|content-|cache-control|expires|location|age|date|vary|retry-after|host|access-control-)/i;

/** Trailers as [name, value] pairs, without those that have no place there. */
export function clientTrailers(raw: unknown): [string, string][] {
  const upstream = flatten(raw);
  const trailers: [string, string][] = [];
  for (let i = 0; i + 1 < upstream.length; i += 2) {
    const name = upstream[i] as string;
    if (headerKind(name) === 'plain' && !NO_TRAILER.test(name))
      trailers.push([name, upstream[i + 1] as string]);
  }
  return trailers;
}

import { isIPv6 } from 'node:net';

/** What the gate knows of the connection a request came by. */
export interface Arrival {
  /** undefined on a unix socket. */
  readonly peer: string | undefined;
  readonly host: string | undefined;
  readonly secure: boolean;
  /** Whether the peer is a proxy whose own word on the client is kept. */
  readonly trusted: boolean;
}

function element({ peer, host, secure }: Arrival): string {
  const node = peer === undefined ? 'unknown' : isIPv6(peer) ? `"[${peer}]"` : peer;
  return `for=${node}${host === undefined ? '' : `;host="${host}"`};proto=${secure ? 'https' : 'http'}`;
}

/**
 * The headers that tell the upstream who called and how, flat. `kept` holds what the client sent of them,
 * flat; it counts only when the peer is trusted, and then ours is added at the end of each list.
 */
export function forwardedHeaders(kept: readonly string[], arrival: Arrival): string[] {
  const lists: { for: string[]; forwarded: string[] } = { for: [], forwarded: [] };
  const headers: string[] = [];
  let proto = false;
  let host = arrival.host === undefined;
  for (let i = 0; arrival.trusted && i + 1 < kept.length; i += 2) {
    const name = (kept[i] as string).toLowerCase();
    const value = kept[i + 1] as string;
    if (name === 'x-forwarded-for') lists.for.push(value);
    else if (name === 'forwarded') lists.forwarded.push(value);
    else {
      headers.push(kept[i] as string, value);
      if (name === 'x-forwarded-proto') proto = true;
      if (name === 'x-forwarded-host') host = true;
    }
  }
  if (arrival.peer !== undefined) lists.for.push(arrival.peer);
  lists.forwarded.push(element(arrival));
  if (lists.for.length > 0) headers.push('X-Forwarded-For', lists.for.join(', '));
  if (!proto) headers.push('X-Forwarded-Proto', arrival.secure ? 'https' : 'http');
  if (!host) headers.push('X-Forwarded-Host', arrival.host as string);
  headers.push('Forwarded', lists.forwarded.join(', '));
  return headers;
}

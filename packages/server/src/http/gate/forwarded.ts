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
  const node = peer === undefined ? 'unknown' : peer.includes(':') ? `"[${peer}]"` : peer;
  return `for=${node}${host === undefined ? '' : `;host="${host}"`};proto=${secure ? 'https' : 'http'}`;
}

/**
 * The headers that tell the upstream who called and how, flat. `kept` holds what the client sent of them,
 * flat; it counts only when the peer is trusted, and then ours is added at the end of each list.
 */
export function forwardedHeaders(kept: readonly string[], arrival: Arrival): string[] {
  const headers: string[] = [];
  let before = '';
  let elements = '';
  let proto = false;
  let host = arrival.host === undefined;
  for (let i = 0; arrival.trusted && i + 1 < kept.length; i += 2) {
    const name = (kept[i] as string).toLowerCase();
    const value = kept[i + 1] as string;
    if (name === 'x-forwarded-for') before += before === '' ? value : `, ${value}`;
    else if (name === 'forwarded') elements += `${value}, `;
    else {
      headers.push(kept[i] as string, value);
      if (name === 'x-forwarded-proto') proto = true;
      if (name === 'x-forwarded-host') host = true;
    }
  }
  const { peer = '' } = arrival;
  if (before !== '' || peer !== '') {
    headers.push('X-Forwarded-For', before === '' || peer === '' ? before + peer : `${before}, ${peer}`);
  }
  if (!proto) headers.push('X-Forwarded-Proto', arrival.secure ? 'https' : 'http');
  if (!host) headers.push('X-Forwarded-Host', arrival.host as string);
  headers.push('Forwarded', elements + element(arrival));
  return headers;
}

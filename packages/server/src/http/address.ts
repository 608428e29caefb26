import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

const MOST_REMEMBERED = 1024;

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(address);
  return version === 0 ? undefined : version === 4 ? 'ipv4' : 'ipv6';
}

/** An IPv4 address that came through an IPv6 socket is the IPv4 address. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
}

/** The address at the other end of the connection; undefined on a unix socket or once it is closed. */
export function peerOf(request: IncomingMessage): string | undefined {
  const address = request.socket.remoteAddress;
  return address === undefined ? undefined : plainAddress(address);
}

/** The proxies whose forwarded headers count: addresses and CIDR ranges, none by default. */
export class TrustedProxies {
  readonly #list = new BlockList();
  readonly #none: boolean;
  readonly #remembered = new Map<string, boolean>();

  /** Throws a RangeError for an entry that is neither an address nor a range. */
  constructor(entries: readonly string[]) {
    for (const entry of entries) this.#add(entry);
    this.#none = entries.length === 0;
  }

  #add(entry: string): void {
    const [address = '', bits, ...rest] = entry.split('/');
    const family = familyOf(address);
    const most = family === 'ipv4' ? 32 : 128;
    const valid = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
    if (family === undefined || !valid || rest.length > 0) {
      throw new RangeError('A trusted proxy is an address such as 10.0.0.7 or a range such as 10.0.0.0/8.');
    }
    this.#list.addSubnet(address, bits === undefined ? most : Number(bits), family);
  }

  has(address: string | undefined): boolean {
    if (address === undefined) return false;
    const known = this.#remembered.get(address);
    if (known !== undefined) return known;
    const family = familyOf(address);
    const found = family !== undefined && this.#list.check(address, family);
    if (this.#remembered.size === MOST_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(address, found);
    return found;
  }

  /** Whether the request comes straight from one of them. */
  sent(request: IncomingMessage): boolean {
    return !this.#none && this.has(peerOf(request));
  }

  /**
   * The address of the client: the rightmost in X-Forwarded-For that is no trusted proxy, when the peer is
   * one; else the peer. What is no address ends the search at the last one that was believed.
   */
  clientOf(request: IncomingMessage): string | undefined {
    let client = peerOf(request);
    if (!this.has(client)) return client;
    const named = request.headersDistinct['x-forwarded-for']?.join(',').split(',') ?? [];
    for (const entry of named.reverse()) {
      const address = plainAddress(entry.trim());
      if (isIP(address) === 0) return client;
      client = address;
      if (!this.has(client)) return client;
    }
    return client;
  }
}

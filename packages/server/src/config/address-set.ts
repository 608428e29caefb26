import { BlockList, isIP } from 'node:net';

const MOST_BITS = { 4: 32, 6: 128 } as const;

function familyOf(address: string): 4 | 6 | undefined {
  const family = isIP(address);
  return family === 4 || family === 6 ? family : undefined;
}

/** Addresses and networks in CIDR notation. An IPv4 address written as IPv6 (`::ffff:…`) is the same address. */
export class AddressSet {
  readonly #list = new BlockList();
  readonly #members: string[] = [];

  /** Takes in one address or network; false when it is neither. */
  add(member: string): boolean {
    const [address = '', bits, ...rest] = member.split('/');
    const family = familyOf(address);
    if (family === undefined || address.includes('%') || rest.length > 0) return false;
    if (bits === undefined) this.#list.addAddress(address, `ipv${family}`);
    else if (/^\d{1,3}$/.test(bits) && Number(bits) <= MOST_BITS[family])
      this.#list.addSubnet(address, Number(bits), `ipv${family}`);
    else return false;
    this.#members.push(member);
    return true;
  }

  /** False for anything that is no address, such as the missing one of a unix socket's peer. */
  has(address: string | undefined): boolean {
    const family = address === undefined ? undefined : familyOf(address);
    return address !== undefined && family !== undefined && this.#list.check(address, `ipv${family}`);
  }

  toString(): string {
    return this.#members.join(',');
  }
}

import { CHAIN_BYTES, type Head } from './change.ts';

const POSITION = /^([0-9A-Za-z_-]{1,64})\.(0|[1-9][0-9]{0,15})\.([0-9a-f]{32})$/;

/** `<epoch>.<revision>.<chain>`: the id under which a place in the journal travels. */
export function formatPosition({ epoch, revision, chain }: Head): string {
  return `${epoch}.${revision}.${Buffer.from(chain).toString('hex')}`;
}

/** The place an id stands for; undefined for anything but the one way of writing it. */
export function parsePosition(id: string): Head | undefined {
  const [, epoch, digits, chain] = POSITION.exec(id) ?? [];
  if (epoch === undefined || digits === undefined || chain === undefined) return undefined;
  const revision = Number(digits);
  return Number.isSafeInteger(revision) ? { epoch, revision, chain: Buffer.from(chain, 'hex') } : undefined;
}

export function sameChain(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < CHAIN_BYTES; i++) if (a[i] !== b[i]) return false;
  return a.length === CHAIN_BYTES && b.length === CHAIN_BYTES;
}

export function samePosition(a: Head, b: Head): boolean {
  return a.epoch === b.epoch && a.revision === b.revision && sameChain(a.chain, b.chain);
}

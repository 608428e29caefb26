import { DEFAULT_MAX_STALENESS } from '@hallpass/core/replica';
import { FRESH_FOR } from '@hallpass/core/replica-following';
import type { GuardEvents } from './guard.ts';
import type { Surroundings } from './surroundings.ts';
import type { KeyOptions } from './verifier-key.ts';

export interface ConnectOptions extends KeyOptions {
  /** Where the server is, for example `http://127.0.0.1:4255`. A path is the prefix that the server was given. */
  readonly url: string;
  /** Milliseconds for which verdicts go on without word from the server; a day unless said otherwise, 15,000 at least. */
  readonly maxStaleness?: number;
  /** The first listener of `stale`. */
  readonly onStale?: (event: GuardEvents['stale']) => void;
  /** A file for this process alone, sealed with the key, to start from when the server is down. */
  readonly snapshotFile?: string;
  /** What the server calls this process: 1 to 48 of `0-9A-Za-z_-`. The host's name and something random otherwise. */
  readonly name?: string;
  /** False: `principal.name` is empty, and each token takes less memory. */
  readonly names?: boolean;
  readonly surroundings?: Surroundings;
}

const NAME = /^[0-9A-Za-z_-]{1,48}$/;

const TYPES: Readonly<Record<keyof ConnectOptions, string>> = {
  url: 'string',
  key: 'string',
  keyFile: 'string',
  maxStaleness: 'number',
  onStale: 'function',
  snapshotFile: 'string',
  name: 'string',
  names: 'boolean',
  surroundings: 'object',
};

export function nameOf({ name }: ConnectOptions, { host, random }: Surroundings): string {
  if (name === undefined) {
    const start = host.replace(/[^0-9A-Za-z_-]+/g, '-').slice(0, 37);
    return `${start}-${Buffer.from(random(6)).toString('hex').slice(0, 10)}`;
  }
  if (!NAME.test(name)) throw new TypeError('name takes 1 to 48 of 0-9, A-Z, a-z, _ and -.');
  return name;
}

export function stalenessOf({ maxStaleness = DEFAULT_MAX_STALENESS }: ConnectOptions): number {
  if (maxStaleness >= FRESH_FOR) return maxStaleness;
  throw new TypeError(`maxStaleness is in milliseconds and at least ${FRESH_FOR}.`);
}

function isAddress(url: string): boolean {
  if (!URL.canParse(url) || /[?#]/.test(url)) return false;
  const { protocol, username, password } = new URL(url);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}

/** Throws a TypeError, which repeats nothing that was given, for an option of another type and an address that is none. */
export function checkOptions(options: ConnectOptions): void {
  for (const [name, type] of Object.entries(TYPES)) {
    const given: unknown = options[name as keyof ConnectOptions];
    if (given !== undefined && typeof given !== type) throw new TypeError(`${name} is to be a ${type}.`);
  }
  if (!isAddress(options.url))
    throw new TypeError(
      'url is where the server is, such as http://127.0.0.1:4255, without a user, a query or a fragment.',
    );
}

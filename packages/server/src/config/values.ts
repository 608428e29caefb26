import { createSecretKey, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { Secret } from '@hallpass/core/secret';
import { isReservedPrefix } from '@hallpass/core/target';
import { hasForm } from '@hallpass/core/token';

/** A value that cannot be taken. The message completes "<setting>: …" and never repeats the value. */
export class Unfit extends Error {
  override readonly name = 'Unfit';
}

/** Turns a setting's text into its value, or throws `Unfit`. Relative paths are below `cwd`. */
export type Parse<T> = (text: string, cwd: string) => T;

/** A service behind the gate: over TCP at `origin`, or through the socket file when there is one. */
export interface Upstream {
  /** Scheme and authority, no slash at the end; `http://localhost` for a socket file. */
  readonly origin: string;
  /** Put before every target: empty, or `/…` without a slash at the end. */
  readonly prefix: string;
  readonly socketPath: string | null;
}

export interface DatabaseLocation {
  readonly engine: 'sqlite';
  /** Absolute. */
  readonly file: string;
}

export function oneOf<T extends string>(...words: readonly T[]): Parse<T> {
  return (text) => {
    const word = words.find((candidate) => candidate === text);
    if (word === undefined) throw new Unfit(`must be ${words.slice(0, -1).join(', ')} or ${words.at(-1)}`);
    return word;
  };
}

export const readBoolean: Parse<boolean> = (text) => oneOf('true', 'false')(text, '') === 'true';

export const readPort: Parse<number> = (text) => {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535)
    throw new Unfit('must be a whole number from 0 to 65535 (0: any free port)');
  return Number(text);
};

export function readCount(least: number, most: number): Parse<number> {
  return (text) => {
    if (!/^\d{1,10}$/.test(text) || Number(text) < least || Number(text) > most)
      throw new Unfit(`must be a whole number from ${least} to ${most}`);
    return Number(text);
  };
}

export const readHost: Parse<string> = (text) => {
  const host = /^\[.*\]$/.test(text) ? text.slice(1, -1) : text;
  if (isIP(host) === 0 && !/^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(host))
    throw new Unfit('must be an IPv4 address, an IPv6 address or a host name, without a port');
  return host;
};

export const readPath: Parse<string> = (text, cwd) => {
  if (text.includes('\0')) throw new Unfit('must be a path');
  return resolve(cwd, text);
};

/** What fits into the address of a unix socket; of a longer one the system would take the beginning, in silence. */
const LONGEST_SOCKET_PATH = process.platform === 'linux' ? 107 : 103;

export const readSocketPath: Parse<string> = (text, cwd) => {
  const path = readPath(text, cwd);
  if (Buffer.byteLength(path) > LONGEST_SOCKET_PATH)
    throw new Unfit(`must be a path of at most ${LONGEST_SOCKET_PATH} bytes, from the root on`);
  return path;
};

export const readFileMode: Parse<number> = (text) => {
  if (!/^0?[0-7]{3}$/.test(text)) throw new Unfit('must be three octal digits, such as 660');
  return Number.parseInt(text, 8);
};

export const readDatabaseUrl: Parse<DatabaseLocation> = (text, cwd) => {
  if (/^postgres(ql)?:/.test(text))
    throw new Unfit('PostgreSQL is not in this version, SQLite only: leave it out, or give sqlite:PATH');
  const path = /^sqlite:(?:\/\/(?=\/))?([^?#]+)$/.exec(text)?.[1];
  if (path === undefined || path.startsWith('//') || path === ':memory:')
    throw new Unfit(
      'must be sqlite: and the path of a file without ? and #, such as sqlite:/srv/hallpass.db',
    );
  return { engine: 'sqlite', file: readPath(path, cwd) };
};

export const readOwnerKey: Parse<Secret> = (text) => {
  if (!hasForm(text, 'hpo_'))
    throw new Unfit(
      'must be an operator key: hpo_ and 36 letters and digits, the last 6 being their checksum',
    );
  return new Secret(text);
};

export const readSecretKey: Parse<KeyObject> = (text) => {
  const encoding = /^[0-9A-Fa-f]{64}$/.test(text) ? 'hex' : 'base64';
  if (encoding === 'base64' && !/^[A-Za-z0-9+/_-]{43}=?$/.test(text))
    throw new Unfit('must be 32 bytes in base64 or hex, such as the output of `openssl rand -base64 32`');
  return createSecretKey(text, encoding);
};

export const readSharedSecret: Parse<Secret> = (text) => {
  if (!/^[\x21-\x7e]{16,}$/.test(text))
    throw new Unfit('must be at least 16 printable ASCII characters without spaces');
  return new Secret(text);
};

export const readPrefix: Parse<string> = (text) => {
  if (!isReservedPrefix(`${text}/`))
    throw new Unfit(
      'must be a path such as /_ or /-/hallpass: letters, digits, -, _ and ~ between slashes, none at the end',
    );
  return text;
};

const UPSTREAM = /^(https?:\/\/(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d+)?)((?:\/[A-Za-z0-9._~-]+)*)\/?$/i;

export const readUpstream: Parse<Upstream> = (text, cwd) => {
  if (/^unix:./.test(text))
    return {
      origin: 'http://localhost',
      prefix: '',
      socketPath: readSocketPath(text.slice('unix:'.length), cwd),
    };
  const [, authority = '', prefix = ''] = UPSTREAM.exec(text) ?? [];
  if (!URL.canParse(authority) || /\/\.\.?(\/|$)/.test(prefix))
    throw new Unfit(
      'must be http://HOST[:PORT], https://HOST[:PORT] (a plain path may follow) or unix:PATH, ' +
        'without user, password, query or fragment',
    );
  return { origin: new URL(authority).origin, prefix, socketPath: null };
};

export const readOrigin: Parse<string> = (text) => {
  const [, authority = '', path = ''] = UPSTREAM.exec(text) ?? [];
  if (!URL.canParse(authority) || path !== '')
    throw new Unfit('must be http://HOST[:PORT] or https://HOST[:PORT], without a path');
  return new URL(authority).origin;
};

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || address.includes('%') || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

export const readNetworks: Parse<readonly string[]> = (text) => {
  const networks = text === '' ? [] : text.split(',').map((network) => network.trim());
  if (!networks.every(isNetwork))
    throw new Unfit(
      'must be addresses or networks separated by commas, such as 10.0.0.0/8,fd00::/8,192.0.2.7',
    );
  return Object.freeze(networks);
};

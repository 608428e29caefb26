import type { KeyObject } from 'node:crypto';
import type { Secret } from '@hallpass/core/secret';
import {
  type DatabaseLocation,
  oneOf,
  type Parse,
  readBoolean,
  readCount,
  readDatabaseUrl,
  readFileMode,
  readHost,
  readNetworks,
  readOrigin,
  readOwnerKey,
  readPath,
  readPort,
  readPrefix,
  readSecretKey,
  readSharedSecret,
  readSocketPath,
  readUpstream,
  type Upstream,
} from './values.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What a server runs by. Paths are absolute; null is "not set". */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly socket: string | null;
  readonly socketMode: number;
  readonly data: string;
  readonly databaseUrl: DatabaseLocation;
  readonly ownerKey: Secret | null;
  /** 32 bytes for AES-256; ready for `createCipheriv`. */
  readonly secretKey: KeyObject | null;
  readonly reveal: 'yes' | 'never';
  /** What the server keeps for itself: begins with a slash, ends without one. */
  readonly prefix: string;
  readonly upstream: Upstream | null;
  readonly gateFile: string | null;
  /** Scheme and authority, no slash at the end. */
  readonly publicUrl: string | null;
  /** Addresses and CIDR ranges. */
  readonly trustedProxies: readonly string[];
  readonly proxySecret: Secret | null;
  readonly tlsCert: string | null;
  readonly tlsKey: string | null;
  readonly logLevel: LogLevel;
  readonly metricsPublic: boolean;
  readonly feedMaxStreams: number;
  readonly journalDays: number;
  readonly journalRows: number;
}

export type SettingKey = keyof Config;

export type JsonForm = 'number' | 'boolean' | 'list';

export interface Setting<T> {
  readonly parse: Parse<NonNullable<T>>;
  /** In the words of `parse`; `<data>` stands for the data folder. Null: not set. */
  readonly default: [null] extends [T] ? null : string;
  /** What stands for the value in help. */
  readonly value: string;
  readonly description: string;
  /** What the file may hold in place of text. */
  readonly json?: JsonForm;
  /** Masked wherever it is shown, and readable from a file named by `<setting>_file`. */
  readonly secret?: true;
  /** Environment variables that count beside its own, and less. */
  readonly alias?: string;
  /** The value as `hallpass config` prints it, where `String` does not do. */
  show?(value: NonNullable<T>): string;
}

/** Every setting, once. Its names in file, environment and flags follow from the key. */
export const SETTINGS: { readonly [K in SettingKey]: Setting<Config[K]> } = {
  port: {
    parse: readPort,
    default: '4255',
    value: 'NUMBER',
    json: 'number',
    alias: 'PORT',
    description: 'Port to listen on; 0 takes any free one.',
  },
  host: {
    parse: readHost,
    default: '127.0.0.1',
    value: 'ADDRESS',
    description: 'Address to listen on; 0.0.0.0 or :: for all of this machine.',
  },
  socket: {
    parse: readSocketPath,
    default: null,
    value: 'PATH',
    description: 'Unix socket to listen on, in place of host and port.',
  },
  socketMode: {
    parse: readFileMode,
    default: '660',
    value: 'OCTAL',
    description: 'File mode of the unix socket: who may connect.',
    show: (mode) => mode.toString(8).padStart(3, '0'),
  },
  data: {
    parse: readPath,
    default: './data',
    value: 'FOLDER',
    description: 'Folder for the database and for the keys made at the first start.',
  },
  databaseUrl: {
    parse: readDatabaseUrl,
    default: 'sqlite:<data>/hallpass.db',
    value: 'URL',
    description: 'Where the tokens are stored.',
    show: ({ engine, file }) => `${engine}:${file}`,
  },
  ownerKey: {
    parse: readOwnerKey,
    default: null,
    value: 'KEY',
    secret: true,
    description: 'Key of the first owner; without it, one is made at the first start.',
  },
  secretKey: {
    parse: readSecretKey,
    default: null,
    value: 'KEY',
    secret: true,
    description:
      'Key that seals token values, 32 bytes in base64 or hex; without it, one is made at the first start.',
  },
  reveal: {
    parse: oneOf('yes', 'never'),
    default: 'yes',
    value: 'yes|never',
    description: 'Whether token values can be shown again; `never` keeps no sealed copy of new ones.',
  },
  prefix: {
    parse: readPrefix,
    default: '/_',
    value: 'PATH',
    description: 'Path below which everything is the server itself; all other paths belong to the service.',
  },
  upstream: {
    parse: readUpstream,
    default: null,
    value: 'URL',
    description:
      'Service behind the gate: http(s)://HOST[:PORT][/PATH] or unix:PATH; without it there is no gate.',
    show: ({ origin, prefix, socketPath }) => (socketPath === null ? origin + prefix : `unix:${socketPath}`),
  },
  gateFile: {
    parse: readPath,
    default: null,
    value: 'FILE',
    description:
      'JSON file with the upstreams and rules of the gate, in place of upstream. Read again on SIGHUP.',
  },
  publicUrl: {
    parse: readOrigin,
    default: null,
    value: 'URL',
    description:
      'How clients reach this server: http(s)://HOST[:PORT]; without it, what each request calls it.',
  },
  trustedProxies: {
    parse: readNetworks,
    default: '',
    value: 'LIST',
    json: 'list',
    description: 'Addresses and networks, separated by commas, whose forwarded headers count.',
  },
  proxySecret: {
    parse: readSharedSecret,
    default: null,
    value: 'TEXT',
    secret: true,
    description:
      'Secret by which a proxy, in X-Hallpass-Proxy-Secret, shows that its forwarded headers count.',
  },
  tlsCert: {
    parse: readPath,
    default: null,
    value: 'FILE',
    description: 'Certificate chain in PEM; with tls_key, Hallpass speaks HTTPS. Read again on SIGHUP.',
  },
  tlsKey: {
    parse: readPath,
    default: null,
    value: 'FILE',
    description: 'Private key of the certificate in PEM. Read again on SIGHUP.',
  },
  logLevel: {
    parse: oneOf(...LOG_LEVELS),
    default: 'info',
    value: 'LEVEL',
    description: `Least level that is logged: ${LOG_LEVELS.join(', ')}.`,
  },
  metricsPublic: {
    parse: readBoolean,
    default: 'false',
    value: 'true|false',
    json: 'boolean',
    description: 'Whether metrics are shown without an operator key.',
  },
  feedMaxStreams: {
    parse: readCount(1, 100_000),
    default: '5000',
    value: 'NUMBER',
    json: 'number',
    description: 'How many replicas may follow this server at a time.',
  },
  journalDays: {
    parse: readCount(1, 3_650),
    default: '7',
    value: 'DAYS',
    json: 'number',
    description: 'How long the journal keeps a change; a replica that was away for longer loads everything.',
  },
  journalRows: {
    parse: readCount(1, 1_000_000_000),
    default: '1000000',
    value: 'NUMBER',
    json: 'number',
    description: 'How many changes the journal keeps at most.',
  },
};

export const SETTING_KEYS = Object.keys(SETTINGS) as SettingKey[];

/** `ownerKey` → `owner_key`: the name in the file and in talk. */
export function nameOf(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `ownerKey` → `HALLPASS_OWNER_KEY`. */
export function variableOf(key: string): string {
  return `HALLPASS_${nameOf(key).toUpperCase()}`;
}

/** `ownerKey` → `--owner-key`. */
export function flagOf(key: string): string {
  return `--${nameOf(key).replaceAll('_', '-')}`;
}

/** Every key a setting may be given by: its own, and for a secret that of the file that holds it. */
export function givenBy(key: SettingKey): string[] {
  return SETTINGS[key].secret ? [key, `${key}File`] : [key];
}

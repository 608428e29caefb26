import { AdminClient } from '@hallpass/sdk/admin';
import type { ServerOptions } from '@hallpass/sdk/checks';
import type { Command } from 'commander';
import type { Environment } from '../config/levels.ts';
import { environment } from '../config.ts';
import { contextsFile, readContexts } from './contexts.ts';
import { endOnSignal } from './ending.ts';
import { Fault } from './fault.ts';
import type { CliIo } from './io.ts';
import { operatorKey, readSecretFile } from './secret-file.ts';
import { readDuration } from './when.ts';

export const DEFAULT_URL = 'http://127.0.0.1:4255';
const LONGEST_TIMEOUT = 3_600_000;

export interface ServerFlags {
  readonly url?: string;
  readonly context?: string;
  readonly timeout?: string;
}

export interface ClientFlags extends ServerFlags {
  readonly keyFile?: string;
}

export interface Connection {
  readonly url: string;
  readonly key: string | undefined;
  /** The context that was used for any of it. */
  readonly context: string | undefined;
}

/** The flags of verbs that need a server, but no key. */
export function addServerOptions(command: Command): Command {
  return command
    .option('--url <URL>', `where the server is (default: HALLPASS_URL, the context, ${DEFAULT_URL})`)
    .option('--context <NAME>', 'the context to use (default: the one logged in to last)')
    .option('--timeout <DURATION>', 'how long to wait for an answer, such as 2s', '10s');
}

/** The flags of verbs that act as an operator. */
export function addClientOptions(command: Command): Command {
  return addServerOptions(command).option(
    '--key-file <FILE>',
    'file with the operator key, - for standard input (default: HALLPASS_KEY, HALLPASS_KEY_FILE, the context)',
  );
}

/** The address without what does not belong there. Throws a usage fault that names `source`. */
export function serverUrl(text: string, source: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username + url.password + url.search + url.hash !== '')
    throw new Fault('usage', `${source}: must be an address such as ${DEFAULT_URL}, without user or query.`);
  return url.href.replace(/\/+$/, '');
}

async function keyFrom(
  flags: ClientFlags,
  env: Environment,
  io: CliIo,
): Promise<{ text: string; source: string } | undefined> {
  const fromFile = async (path: string, source: string) => ({
    text: await readSecretFile(path, source, io),
    source,
  });
  if (flags.keyFile !== undefined) return fromFile(flags.keyFile, '--key-file');
  if (flags.context !== undefined) return undefined;
  const { HALLPASS_KEY: text, HALLPASS_KEY_FILE: path } = env;
  if (text && path)
    throw new Fault('usage', 'HALLPASS_KEY and HALLPASS_KEY_FILE: give one of them, not both.');
  if (text) return { text, source: 'HALLPASS_KEY' };
  return path ? fromFile(path, 'HALLPASS_KEY_FILE') : undefined;
}

/** What counts: flags before the environment, the environment before the context. */
export async function connectionFrom(flags: ClientFlags, io: CliIo): Promise<Connection> {
  const file = contextsFile(environment);
  const known = readContexts(file);
  const name = flags.context ?? known.current ?? undefined;
  const context =
    name === undefined || !Object.hasOwn(known.contexts, name) ? undefined : known.contexts[name];
  if (flags.context !== undefined && !context)
    throw new Fault('not_found', `There is no context ${flags.context}. Log in to it first.`);
  const given = flags.context === undefined ? environment['HALLPASS_URL'] : undefined;
  const url = flags.url
    ? serverUrl(flags.url, '--url')
    : given
      ? serverUrl(given, 'HALLPASS_URL')
      : (context?.url ?? DEFAULT_URL);
  const key = await keyFrom(flags, environment, io);
  if (key)
    return { url, key: operatorKey(key.text, key.source), context: context?.url === url ? name : undefined };
  // A key goes to the server it was kept for and to no other.
  if (context?.url !== url) return { url, key: undefined, context: undefined };
  if (known.open) io.err(`warning: ${file} can be read by other users; chmod 600 it\n`);
  return { url, key: operatorKey(context.key, `Context ${name}`), context: name };
}

export function timeoutFrom(flags: ServerFlags): number {
  const reading = readDuration(flags.timeout ?? '10s');
  if (!reading.ok) throw new Fault('usage', `--timeout: ${reading.message}.`);
  if (reading.value > LONGEST_TIMEOUT) throw new Fault('usage', '--timeout: must be at most 1h.');
  return reading.value;
}

/** The server, for what needs no key. */
export async function openServer(flags: ServerFlags, io: CliIo): Promise<ServerOptions> {
  endOnSignal(io);
  const timeout = timeoutFrom(flags);
  const { url } = await connectionFrom(flags, io);
  return { url, timeout };
}

/** The server and the key to use there. Throws a fault when there is no key. */
export async function openConnection(
  flags: ClientFlags,
  io: CliIo,
): Promise<Connection & { readonly key: string; readonly timeout: number }> {
  endOnSignal(io);
  const timeout = timeoutFrom(flags);
  const { url, key, context } = await connectionFrom(flags, io);
  if (key === undefined)
    throw new Fault(
      'not_allowed',
      `No operator key for ${url}. Log in with \`hallpass login\`, or give --key-file or HALLPASS_KEY_FILE.`,
    );
  return { url, key, timeout, context };
}

/** The server, as an operator. */
export async function openClient(flags: ClientFlags, io: CliIo): Promise<AdminClient> {
  return new AdminClient(await openConnection(flags, io));
}

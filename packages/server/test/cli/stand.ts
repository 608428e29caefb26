import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { startServer, type TestServer, temporaryFolder } from '../server.ts';
import { BIN, type Ended, start } from './process.ts';

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** What stands on standard input. */
  readonly input?: string;
}

export interface Stand {
  readonly server: TestServer;
  /** Where the command line runs; its contexts are below. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly hallpass: (words: readonly string[], options?: RunOptions) => Promise<Ended>;
}

/** Runs the built `hallpass` in a folder of its own, without a key unless `env` has one. */
export function runIn(folder: string, base: Readonly<Record<string, string>> = {}): Stand['hallpass'] {
  return (words, { env = {}, input = '' } = {}) => {
    const all = { XDG_CONFIG_HOME: join(folder, 'config'), TZ: 'UTC', ...base, ...env };
    const { child, ended } = start(BIN, words, all, folder);
    child.stdin.on('error', () => {}).end(input);
    return ended;
  };
}

/** A server, and a command line that knows its address and its owner's key. */
export async function clientStand(context: TestContext): Promise<Stand> {
  const server = await startServer(context);
  const folder = temporaryFolder(context);
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'data/owner.key'), `${server.ownerKey}\n`, { mode: 0o600 });
  const env = { HALLPASS_URL: server.url, HALLPASS_KEY_FILE: join(folder, 'data/owner.key') };
  return { server, folder, env, hallpass: runIn(folder, env) };
}

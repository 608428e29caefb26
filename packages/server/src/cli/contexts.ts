import { chmodSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Environment } from '../config/levels.ts';
import { makeFolder } from '../folder.ts';
import { Fault } from './fault.ts';

/** A server, and the operator key to use there. */
export interface Context {
  readonly url: string;
  readonly key: string;
}

export interface Contexts {
  /** The name of the one that counts when none is named. */
  readonly current: string | null;
  readonly contexts: Readonly<Record<string, Context>>;
}

const NONE: Contexts = { current: null, contexts: {} };

/** Where contexts are kept: below `XDG_CONFIG_HOME`, or `~/.config`. */
export function contextsFile(env: Environment): string {
  const base = env['XDG_CONFIG_HOME'] || join(env['HOME'] || homedir(), '.config');
  return join(base, 'hallpass', 'contexts.json');
}

function isContexts(value: unknown): value is Contexts {
  if (typeof value !== 'object' || value === null) return false;
  if (!('current' in value) || !('contexts' in value)) return false;
  const { current, contexts } = value;
  return (
    (current === null || typeof current === 'string') &&
    typeof contexts === 'object' &&
    contexts !== null &&
    Object.values(contexts).every((one) => typeof one?.url === 'string' && typeof one?.key === 'string')
  );
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new Fault('usage', `${file} cannot be read. Check its permissions.`);
  }
}

/** What is kept, and whether others may read it. */
export function readContexts(file: string): Contexts & { readonly open: boolean } {
  const text = read(file);
  if (text === undefined) return { ...NONE, open: false };
  try {
    const value: unknown = JSON.parse(text);
    const open = process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0;
    if (isContexts(value)) return { ...value, open };
  } catch {
    // Said below: the parser's own message would quote the text, and keys stand there.
  }
  throw new Fault('usage', `${file} is damaged. Remove it and log in again.`);
}

/** Replaces the file in one step; only its owner may read it. */
export async function writeContexts(file: string, { current, contexts }: Contexts): Promise<void> {
  const draft = `${file}.${process.pid}`;
  try {
    await makeFolder(dirname(file));
    writeFileSync(draft, `${JSON.stringify({ current, contexts }, null, 2)}\n`, { mode: 0o600 });
    chmodSync(draft, 0o600);
    renameSync(draft, file);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown error';
    throw new Fault(
      'unexpected',
      `The contexts cannot be kept (${why}). Check XDG_CONFIG_HOME and its folder.`,
    );
  } finally {
    rmSync(draft, { force: true });
  }
}

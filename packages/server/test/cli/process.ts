import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const BIN = fileURLToPath(import.meta.resolve('hallpass/bin'));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcessWithoutNullStreams;
  /** Resolves when standard output holds `text`; rejects when the process ends without. */
  printed(text: string): Promise<void>;
  /** What it has printed so far. */
  seen(): { readonly stdout: string; readonly stderr: string };
  readonly ended: Promise<Ended>;
}

/** Runs a script as a process of its own, with `env` as its whole environment, beside PATH. */
export function start(script: string, words: readonly string[], env = {}, cwd = tmpdir()): Started {
  const child = spawn(process.execPath, [script, ...words], {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => resolve({ code, ...output }));
  });
  const printed = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (output.stdout.includes(text)) resolve();
      };
      child.stdout.on('data', look);
      look();
      ended.then(({ stderr }) => reject(new Error(`ended without printing ${text}: ${stderr}`)));
    });
  return { child, printed, seen: () => ({ ...output }), ended };
}

/** Runs the built `hallpass` to its end. */
export function hallpass(words: readonly string[], env = {}, cwd?: string): Promise<Ended> {
  return start(BIN, words, env, cwd).ended;
}

/** A folder of its own for `use`, removed afterwards. */
export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

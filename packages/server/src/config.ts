import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import type { ReadFile } from './config/files.ts';
import { type GatePlan, planFor } from './config/gate/plan.ts';
import { readGateFile } from './config/gate/read.ts';
import type { Environment, Flags } from './config/levels.ts';
import { type ConfigReading, readConfig } from './config/read.ts';
import type { Config } from './config/settings.ts';

export const readFile: ReadFile = (path) => {
  const file = openSync(path, 'r');
  try {
    // Windows has no such bits and makes some up.
    const mode = process.platform === 'win32' ? 0 : fstatSync(file).mode & 0o777;
    return { text: readFileSync(file, 'utf8'), mode };
  } finally {
    closeSync(file);
  }
};

/** The environment of this process, which nothing but this file sees. */
export const environment: Environment = process.env;

/** The settings of this process. Throws `ConfigError`. */
export function loadConfig(flags: Flags): ConfigReading {
  return readConfig({ flags, env: environment, cwd: process.cwd(), readFile });
}

/** What the gate goes by, its file read anew; null when there is no gate. Throws `ConfigError`. */
export function loadGatePlan({ gateFile, upstream, prefix }: Config): GatePlan | null {
  if (gateFile === null) return upstream && planFor(upstream);
  return readGateFile({ path: gateFile, cwd: process.cwd(), readFile, prefix: `${prefix}/` });
}

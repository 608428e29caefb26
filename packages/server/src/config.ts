import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import type { Environment, Flags } from './config/levels.ts';
import { type ConfigReading, type ReadFile, readConfig } from './config/read.ts';

const readFile: ReadFile = (path) => {
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

import type { Command } from 'commander';
import type { Config } from '../config/settings.ts';
import { loadConfig } from '../config.ts';
import type { CliIo } from './io.ts';
import { addOptionsOf } from './setting-options.ts';

export interface DatabaseFlags {
  readonly data?: string;
  readonly databaseUrl?: string;
  readonly config?: string;
}

/** The flags of verbs that work on the files of a server on this machine. */
export function addDatabaseOptions(command: Command): Command {
  return addOptionsOf(command, ['data', 'databaseUrl']);
}

/** The settings a server here would have. */
export function databaseConfig({ data, databaseUrl, config }: DatabaseFlags, io: CliIo): Config {
  const reading = loadConfig({
    ...(data === undefined ? {} : { data }),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(config === undefined ? {} : { config }),
  });
  for (const warning of reading.warnings) io.err(`warning: ${warning}\n`);
  return reading.config;
}

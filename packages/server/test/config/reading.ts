import { ConfigError } from 'hallpass/config/config-error';
import type { FileContent } from 'hallpass/config/files';
import { type ConfigInput, type ConfigReading, readConfig } from 'hallpass/config/read';

/** Reads settings from what a test gives, with files that exist only there. The working directory is `/srv`. */
export function reading(
  given: Partial<Pick<ConfigInput, 'flags' | 'env'>> & {
    readonly files?: Readonly<Record<string, string | FileContent>>;
  },
): ConfigReading {
  return readConfig({
    flags: given.flags ?? {},
    env: given.env ?? {},
    cwd: '/srv',
    readFile: (path) => {
      const file = given.files?.[path];
      if (file === undefined) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
      return typeof file === 'string' ? { text: file, mode: 0o600 } : file;
    },
  });
}

export function problemsOf(given: Parameters<typeof reading>[0]): readonly string[] {
  try {
    reading(given);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

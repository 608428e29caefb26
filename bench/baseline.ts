import { fileURLToPath } from 'node:url';
import { ServerProcess } from './server-process.ts';

export function programOf(baseline: string): string {
  return fileURLToPath(new URL(`./baselines/${baseline}.js`, import.meta.url));
}

/** A baseline that serves on a port, which is its first argument. */
export function startBaseline(
  baseline: string,
  folder: string,
  args: readonly string[] = [],
): Promise<ServerProcess> {
  const file = programOf(baseline);
  return ServerProcess.start({
    command: process.execPath,
    args: (port) => [file, String(port), ...args],
    readyPath: '/',
    folder,
  });
}

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

/** What node:http puts into an answer by itself. */
const AUTOMATIC = new Set(['date', 'connection', 'keep-alive']);

/** The head of an answer to a request with this token, as names and values in turn: for `bare-http` to answer the same. */
export async function sameAnswer(port: number, path: string, value: string): Promise<string[]> {
  const headers = { Authorization: `Bearer ${value}` };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
  return [...response.headers].filter(([name]) => !AUTOMATIC.has(name)).flat();
}

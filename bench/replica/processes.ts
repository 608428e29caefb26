import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What programs of this folder print, one fresh process after the other. */
export function runProcesses<T>(times: number, program: string, ...args: string[]): T[] {
  const path = fileURLToPath(new URL(`./${program}.js`, import.meta.url));
  return Array.from({ length: times }, () => {
    const done = spawnSync(process.execPath, ['--expose-gc', path, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (done.status !== 0) throw new Error(`${program} failed.`);
    return JSON.parse(done.stdout) as T;
  });
}

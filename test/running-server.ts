import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { ROOT } from './source-files.ts';

/** The built server, ready, in a folder of its own; gives its port and the folder. */
export async function runningServer(t: TestContext): Promise<{ port: string; folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-docs-'));
  const child = spawn(process.execPath, [join(ROOT, 'packages/server/dist/bin.js'), 'serve'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], PORT: '0' },
  });
  t.after(async () => {
    child.kill();
    await once(child, 'close');
    rmSync(folder, { recursive: true });
  });
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const port = /"address":"http:\/\/127\.0\.0\.1:(\d+)"/.exec(said)?.[1];
      if (port !== undefined) resolve({ port, folder });
    });
    child.on('close', () => reject(new Error(`ended: ${said}`)));
  });
}

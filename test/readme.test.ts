import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { ROOT } from './source-files.js';

const TOUR = /^```(sh|text)\n([\s\S]*?)^```$/gm;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

async function line(stream: NodeJS.ReadableStream, text: string): Promise<void> {
  for await (const chunk of stream) if (String(chunk).includes(text)) return;
  throw new Error(`ended before it said ${text}`);
}

it('the tour in the README runs as printed and gives what is printed', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-tour-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [service, gate] = [await freePort(), await freePort()];
  const echo = spawn(process.execPath, [join(ROOT, 'examples/echo.mjs'), String(service)]);
  t.after(() => echo.kill());
  await line(echo.stderr, 'A service is on');
  const server = spawn(process.execPath, [join(ROOT, 'packages/server/dist/bin.js'), 'serve'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], PORT: String(gate), HALLPASS_UPSTREAM: `http://127.0.0.1:${service}` },
  });
  t.after(async () => {
    server.kill();
    await once(server, 'exit');
  });
  await line(server.stdout, '"msg":"ready"');

  const blocks = [...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(TOUR)];
  const script = blocks.filter(([, kind]) => kind === 'sh').map(([, , text]) => text);
  const expected = blocks.filter(([, kind]) => kind === 'text').map(([, , text]) => text);
  assert.ok(script.length >= 5 && expected.length >= 3);
  const { stdout } = await promisify(execFile)(
    'bash',
    ['-eu', '-c', script.join('').replaceAll('4255', String(gate))],
    {
      cwd: folder,
    },
  );
  assert.equal(stdout, expected.join(''));
  assert.equal(statSync(join(folder, 'verifier.key')).mode & 0o077, 0);
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from './source-files.ts';

const START = join(ROOT, 'scripts/start.mjs');

/** As npm runs it: in a shell of its own, which gets the signal that npm gets, and keeps it. */
for (const signal of ['SIGTERM', 'SIGKILL'] as const)
  test(`npm start leaves no server behind when npm is ended with ${signal}`, async (t) => {
    const data = mkdtempSync(join(tmpdir(), 'hallpass-start-'));
    t.after(() => rmSync(data, { recursive: true }));
    const shell = spawn('sh', ['-c', `"${process.execPath}" "${START}"; exit`], {
      env: { PATH: process.env['PATH'], PORT: '0', HALLPASS_DATA: data },
    });
    let said = '';
    shell.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (!said.includes('"msg":"ready"') && (said + text).includes('"msg":"ready"')) shell.kill(signal);
      said += text;
    });
    // The server holds the other end for as long as it lives.
    await once(shell, 'close');
    assert.match(said, /"signal":"SIGTERM","msg":"stopping"[\s\S]*"msg":"stopped"/);
  });

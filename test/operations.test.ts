import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { runningServer } from './running-server.ts';
import { ROOT } from './source-files.ts';

const EXAMPLE = /^```sh\n([\s\S]*?)^```\n+```text\n([\s\S]*?)^```/m;

test('C37: the rotation in docs/operations.md runs as printed and gives what is printed', async (t) => {
  const { port, folder } = await runningServer(t);
  const page = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');
  const [, section = ''] = page.split('\n## Rotating without an outage\n');
  const [, shell = '', printed] = EXAMPLE.exec(section) ?? assert.fail('no example');
  const { stdout } = await promisify(execFile)('bash', ['-eu', '-c', shell.replaceAll('4255', port)], {
    cwd: folder,
  });
  assert.equal(stdout, printed);
});

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { ROOT } from './source-files.js';

const FOLDER = join(ROOT, 'packages/server');

it('the hallpass command is a file of the repository, so that it is linked before anything is built', () => {
  const manifest = JSON.parse(readFileSync(join(FOLDER, 'package.json'), 'utf8')) as {
    version: string;
    bin: { hallpass: string };
  };
  const { hallpass } = manifest.bin;
  assert.doesNotMatch(hallpass, /dist/);
  if (process.platform !== 'win32') assert.ok(statSync(join(FOLDER, hallpass)).mode & 0o100);
  const printed = execFileSync(process.execPath, [join(FOLDER, hallpass), '--version'], { encoding: 'utf8' });
  assert.equal(printed.trim(), manifest.version);
});

// Sets up what a fresh clone needs, then runs every built test. Arguments narrow it to matching files:
//   npm test -- gate table
import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root, run, setup } from './setup.mjs';

function testsBelow(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true })
    .map((file) => join(root, folder, String(file)))
    .filter((file) => file.endsWith('.test.js'));
}

setup();
const wanted = process.argv.slice(2);
const files = ['packages/core/test/dist', 'packages/sdk/test/dist', 'packages/server/test/dist', 'test/dist']
  .flatMap(testsBelow)
  .filter((file) => wanted.length === 0 || wanted.some((part) => relative(root, file).includes(part)));
if (files.length === 0) {
  console.error(`No test file matches ${wanted.join(' ')}.`);
  process.exit(1);
}
run(process.execPath, ['--enable-source-maps', '--test', '--test-concurrency=2', ...files]);

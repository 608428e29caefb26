// Sets up what a fresh clone needs, then runs every built test. Arguments narrow it to matching files:
//   npm test -- gate table
// With --long, only the tests that generate their input, with ten times as much of it.
import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root, run, setup } from './setup.mjs';
import { PROGRAMS, provide } from './system-packages.mjs';

function testsBelow(folder) {
  // A workspace may have no test yet.
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true })
    .map((file) => join(root, folder, String(file)))
    .filter((file) => file.endsWith('.test.js'));
}

/** The files without those whose program cannot be had here; on a build machine that is a failure. */
function runnable(files) {
  const missing = provide(PROGRAMS.filter(({ test }) => files.some((file) => isTest(file, test))));
  if (missing.length === 0) return files;
  const programs = missing.map(({ program }) => program).join(', ');
  if (process.env.CI === 'true') {
    console.error(
      `MISSING: ${programs}. Some tests cannot run; install them (as root on Debian, npm test does).`,
    );
    process.exit(1);
  }
  console.error(`\nNOT TESTED HERE, because they are not installed: what takes ${programs}.\n`);
  return files.filter((file) => !missing.some(({ test }) => isTest(file, test)));
}

function isTest(file, test) {
  return relative(root, file).replaceAll('\\', '/').endsWith(test);
}

setup();
const words = process.argv.slice(2).filter((word) => word !== '--long');
const long = process.argv.includes('--long');
if (long) process.env.GENERATED_RUNS ??= '200000';
const wanted = long && words.length === 0 ? ['/generated/'] : words;
const files = ['packages/core/test/dist', 'packages/sdk/test/dist', 'packages/server/test/dist', 'test/dist']
  .flatMap(testsBelow)
  .filter(
    (file) =>
      wanted.length === 0 || wanted.some((part) => relative(root, file).replaceAll('\\', '/').includes(part)),
  );
if (files.length === 0) {
  console.error(`No test file matches ${wanted.join(' ')}.`);
  process.exit(1);
}
const tests = runnable(files);
// Without a file, node would look for tests by itself.
if (tests.length > 0)
  run(process.execPath, ['--enable-source-maps', '--test', '--test-concurrency=2', ...tests]);

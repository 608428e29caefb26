// Brings a fresh clone to a state where things run: dependencies as the lock file says, then the build.
// Each step is left out when nothing has changed since it last ran.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs a command in the repository; ends this process with its exit code when it fails. */
export function run(command, args, options = {}) {
  const done = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (done.error) throw done.error;
  if (done.status !== 0) process.exit(done.status ?? 1);
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`Hallpass needs Node 20.19 or newer; this is Node ${process.versions.node}.`);
  process.exit(1);
}

function installDependencies() {
  const installed = join(root, 'node_modules/.package-lock.json');
  const lock = join(root, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  console.error('Installing dependencies (once; needs the npm registry) …');
  // npm talks on stderr here so that a caller's stdout stays its own.
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
}

function copyDocsPage() {
  const from = dirname(createRequire(join(root, 'package.json')).resolve('swagger-ui-dist/package.json'));
  const to = join(root, 'packages/server/dist/docs-page');
  mkdirSync(to, { recursive: true });
  for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js', 'LICENSE'])
    copyFileSync(join(from, file), join(to, file));
}

export function build() {
  if (!existsSync(join(root, 'packages/server/dist/bin.js'))) console.error('Building (once; a moment) …');
  run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b'], { stdio: ['ignore', 2, 2] });
  copyDocsPage();
}

export function setup() {
  requireNode();
  installDependencies();
  build();
}

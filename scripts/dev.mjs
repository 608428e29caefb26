// Rebuilds on change and restarts the server on what was built.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root, setup } from './setup.mjs';

setup();
const children = [
  spawn(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-b', '-w', '--preserveWatchOutput'],
    { cwd: root, stdio: 'inherit' },
  ),
  spawn(
    process.execPath,
    ['--watch', join(root, 'packages/server/dist/bin.js'), 'serve', ...process.argv.slice(2)],
    { stdio: 'inherit' },
  ),
];
for (const signal of ['SIGTERM', 'SIGINT'])
  process.on(signal, () => {
    for (const child of children) child.kill(signal);
  });

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root, setup } from './setup.mjs';

setup();
const server = spawn(
  process.execPath,
  [join(root, 'packages/server/dist/bin.js'), 'serve', ...process.argv.slice(2)],
  {
    stdio: 'inherit',
  },
);
// A terminal signals the whole group; a supervisor signals only this process, so it is passed on.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => server.kill(signal));
server.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGKILL' ? 137 : 1)));

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root, setup } from './setup.mjs';

const parent = process.ppid;
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
// The shell that npm runs scripts in ends of SIGTERM without passing it on: no server is left behind by that.
const watch = setInterval(() => {
  if (process.ppid === parent) return;
  clearInterval(watch);
  server.kill('SIGTERM');
}, 250);
server.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGKILL' ? 137 : 1)));

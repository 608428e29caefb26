// Builds, then measures the figures of docs/benchmarks.md. Words narrow it to the figures named; --save keeps them:
//   npm run bench -- verify gate --save
import { run, setup } from './setup.mjs';
import { PROGRAMS, provide } from './system-packages.mjs';

setup();
// A figure that needs one that cannot be had says so.
provide(PROGRAMS.filter(({ program }) => program === 'nginx' || program === 'caddy'));
run(process.execPath, ['--enable-source-maps', 'bench/dist/main.js', ...process.argv.slice(2)]);

// Builds, then measures the figures of docs/benchmarks.md. Words narrow it to the figures named; --save keeps them:
//   npm run bench -- verify gate --save
import { run, setup } from './setup.mjs';

setup();
run(process.execPath, ['--enable-source-maps', 'bench/dist/main.js', ...process.argv.slice(2)]);

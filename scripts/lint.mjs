import { join } from 'node:path';
import { root, run, setup } from './setup.mjs';

setup();
run(process.execPath, [
  join(root, 'node_modules/@biomejs/biome/bin/biome'),
  'check',
  ...process.argv.slice(2),
  '.',
]);

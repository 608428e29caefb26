#!/usr/bin/env node
import { randomBytes } from 'node:crypto';
import { outputTo } from './cli/output.ts';
import { run } from './cli/run.ts';

const { print, taken } = outputTo(process.stdout);
// Where nobody hears complaints, there is nobody to tell.
process.stderr.on('error', () => {});

const code = await run(process.argv.slice(2), {
  out: print,
  taken,
  err: (text) => void process.stderr.write(text),
  exit: (exitCode) => process.exit(exitCode),
  start: async (config, options) => (await import('./main.ts')).start(config, options),
  now: Date.now,
  random: randomBytes,
  get stdin() {
    return process.stdin;
  },
  stdout: process.stdout,
  stderr: process.stderr,
});
// Ends what a failed start has left open.
process.exit(code);

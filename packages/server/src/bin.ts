#!/usr/bin/env node
import { randomBytes } from 'node:crypto';
import { run } from './cli/run.ts';

// `hallpass … | head`: a reader that has gone is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const code = await run(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
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
// Ends what a failed start has left open, once everything is printed.
process.stdout.write('', () => process.exit(code));

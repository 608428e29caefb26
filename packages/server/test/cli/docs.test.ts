import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { start } from './process.ts';

test('docs/cli.md and the man pages are what the command line says of itself', async () => {
  const script = fileURLToPath(new URL('../../../../../scripts/cli-docs.mjs', import.meta.url));
  assert.deepEqual(await start(script, ['--check']).ended, { code: 0, stdout: '', stderr: '' });
});

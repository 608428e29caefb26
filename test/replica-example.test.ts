import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { ROOT } from './source-files.ts';

test('the example shows a revocation in another process, Hallpass killed, checks going on and the age rising', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [join(ROOT, 'examples/replica.mjs')], {
    cwd: ROOT,
  });
  assert.match(stdout, /^service, with the token ci: +hello ci, my copy is \d+ ms old$/m);
  assert.match(stdout, /^revoked in \d+ ms: +confirmed by 1, pending 0\nservice, with the token ci: +401$/m);
  const [, killed = ''] = stdout.split('Hallpass is killed.\n');
  const ages = [...killed.matchAll(/hello other, my copy is (\d+) ms old/g)].map(([, age]) => Number(age));
  assert.equal(ages.length, 3);
  assert.ok(ages.every((age, i) => i === 0 || age > (ages[i - 1] as number)));
});

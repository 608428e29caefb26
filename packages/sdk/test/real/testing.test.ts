import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const ENDS: Readonly<Record<string, string>> = {
  throws: 'throw new Error("It failed.")',
  exits: 'process.exit(3)',
};

for (const [end, statement] of Object.entries(ENDS)) {
  test(`a server for tests ends with a process that ${end}, and leaves no folder`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'hallpass-sdk-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const script = `import { startHallpass } from '@hallpass/sdk/testing';
      console.log((await startHallpass()).url);
      ${statement}`;
    const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...process.env, TMPDIR: folder },
      encoding: 'utf8',
    });
    assert.notEqual(status, 0);
    assert.deepEqual(readdirSync(folder), []);
    const answers = () => fetch(`${stdout.trim()}/_/health/ready`).then(Boolean, () => false);
    while (await answers());
  });
}

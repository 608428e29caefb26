import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const ENDS: Readonly<Record<string, string>> = {
  throws: 'throw new Error("It failed.")',
  exits: 'process.exit(3)',
  'is killed': 'process.kill(process.pid, "SIGKILL"); await new Promise(() => {})',
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
    assert.match(stdout, /^http/);
    if (status !== null) assert.deepEqual(readdirSync(folder), []);
    // Who was killed had no time for it: the server sees that by itself.
    while (readdirSync(folder).length > 0);
    const answers = () => fetch(`${stdout.trim()}/_/health/ready`).then(Boolean, () => false);
    while (await answers());
  });
}

test('many servers for tests run in one process, which warns of nothing', () => {
  const script = `import { startHallpass } from '@hallpass/sdk/testing';
    const servers = await Promise.all(Array.from({ length: 11 }, () => startHallpass()));
    for (const server of servers) await server.stop();
    console.log('done');`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  assert.deepEqual([stdout, stderr], ['done\n', '']);
});

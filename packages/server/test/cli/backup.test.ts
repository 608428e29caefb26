import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startServer, type TestServer } from '../server.ts';
import { clientStand } from './stand.ts';

async function isValid(server: TestServer, value: string | null): Promise<boolean> {
  return (await server.call('GET', '/_/verify/read', { key: value })).status === 200;
}

test('a backup of a running server is restored: its sum is printed, and what is let in again is named', async (t) => {
  const { hallpass, folder, server } = await clientStand(t);
  const { record: kept } = await server.admin.createToken({ name: 'kept' });
  const { record: leaked } = await server.admin.createToken({ name: 'leaked' });
  const data = ['--data', server.data];
  const made = await hallpass(['backup', 'hallpass.backup', ...data]);
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stdout, /^[0-9a-f]{64} {2}hallpass\.backup\n$/);
  assert.match(made.stderr, /^Backed up 2 tokens, 1 operators, revision 3; all of it was checked\.\n/);
  assert.match(made.stderr, /warning: the secret key is not in the backup; keep a copy of it elsewhere/);
  const sum = spawnSync('sha256sum', ['-c'], { cwd: folder, input: made.stdout });
  assert.equal(sum.status, 0, String(sum.stderr));
  assert.equal(statSync(join(folder, 'hallpass.backup')).mode & 0o777, 0o600);
  assert.equal(readFileSync(join(folder, 'hallpass.backup')).includes(String(kept.token)), false);

  await server.admin.deleteToken('leaked');
  const busy = await hallpass(['restore', 'hallpass.backup', ...data, '--force']);
  assert.equal(busy.code, 21, busy.stderr);
  await server.stop();
  const asked = await hallpass(['restore', 'hallpass.backup', ...data]);
  assert.deepEqual([asked.code, asked.stdout], [5, 'token\tleaked\tremoved\n']);
  assert.match(asked.stderr, /would be let in again, or for longer than now: 1,/);
  assert.match(asked.stderr, /, or what is left of it, stands already; nothing was done\. Add --force/);
  const done = await hallpass(['restore', 'hallpass.backup', ...data, '--force']);
  assert.deepEqual([done.code, done.stdout], [0, 'token\tleaked\tremoved\n']);
  assert.match(done.stderr, /The database that stood there is now .*before-restore-/);

  const again = await startServer(t, { data: server.data });
  assert.equal(await isValid(again, kept.token), true);
  assert.equal(await isValid(again, leaked.token), true);
  for await (const entry of again.admin.listAudit()) {
    assert.deepEqual([entry.action, entry.detail], ['store.restore', { revision: 3, revived: 1 }]);
    break;
  }
  assert.equal(await again.admin.tokenValue('kept'), kept.token);
});

test('a restore without the secret key, or with another, says what that means; everything but showing values works', async (t) => {
  const { hallpass, folder, server } = await clientStand(t);
  const { record } = await server.admin.createToken({ name: 'ci' });
  await hallpass(['backup', 'hallpass.backup', '--data', server.data]);
  await server.stop();
  const restored = await hallpass(['restore', 'hallpass.backup', '--data', 'new', '--json']);
  assert.equal(restored.code, 0, restored.stderr);
  const said = JSON.parse(restored.stdout) as Record<string, unknown>;
  assert.deepEqual([said['done'], said['tokens'], said['revived'], said['aside']], [true, 1, null, null]);
  assert.match(restored.stderr, /warning: the secret key is missing: put it back as .*secret\.key/);
  assert.match(restored.stderr, /there is no database to compare with/);
  const again = await startServer(t, { data: join(folder, 'new') });
  assert.equal(await isValid(again, record.token), true);
  await assert.rejects(again.admin.tokenValue('ci'), { code: 'secret_key_missing' });
  await again.stop();
  writeFileSync(join(folder, 'new/secret.key'), Buffer.alloc(32).toString('base64'), { mode: 0o600 });
  const other = await hallpass(['restore', 'hallpass.backup', '--data', 'new', '--force']);
  assert.match(other.stderr, /warning: the secret key is not the one that sealed the values/);
});

test('a restore over what is left of a database says that it cannot be compared with, and never that there is nothing', async (t) => {
  const { hallpass, folder, server } = await clientStand(t);
  await hallpass(['backup', 'hallpass.backup', '--data', server.data]);
  writeFileSync(join(folder, 'data/hallpass.db-wal'), 'left');
  const words = ['restore', 'hallpass.backup', '--data', 'data'];
  for (const [more, code] of [
    [[], 5],
    [['--force'], 0],
  ] as const) {
    const ended = await hallpass([...words, ...more]);
    assert.equal(ended.code, code, ended.stderr);
    assert.match(ended.stderr, /warning: what stands there cannot be compared with: what was revoked/);
    assert.doesNotMatch(ended.stderr, /there is no database/);
  }
});

test('backup and restore end with the codes that are documented, and leave everything as it is', async (t) => {
  const { hallpass, folder, server } = await clientStand(t);
  await hallpass(['backup', 'good', '--data', server.data]);
  writeFileSync(join(folder, 'foreign'), 'mine');
  writeFileSync(join(folder, 'empty'), '');
  const before = readdirSync(folder);
  for (const [words, code, text] of [
    [
      ['backup', 'good', '--data', server.data],
      5,
      /^error: good exists already\. Name another file, or add --force/,
    ],
    ...[join(server.data, 'hallpass.db'), join(server.data, 'secret.key'), 'foreign', 'empty', '.'].map(
      (name) =>
        [
          ['backup', name, '--data', server.data, '--force'],
          5,
          /^error: .* is no backup, and --force/,
        ] as const,
    ),
    [
      ['backup', 'none', '--data', 'data'],
      20,
      /^error: There is no database .*Name the data folder with --data\.$/,
    ],
    [['backup', 'no/folder', '--data', server.data], 23, /^error: .*cannot be written \(ENOENT/],
    [['restore', 'foreign', '--data', 'data'], 20, /^error: .*is not a database of Hallpass/],
    [['restore', 'empty', '--data', 'data'], 20, /^error: .*is empty/],
    [['restore', 'nothing', '--data', 'data'], 3, /^error: There is no file nothing\.$/],
    [['backup'], 2, /missing required argument/],
  ] as const) {
    const ended = await hallpass(words);
    assert.deepEqual([ended.code, ended.stdout], [code, ''], `${words} ${ended.stderr}`);
    assert.match(ended.stderr.trimEnd(), text);
  }
  assert.equal((await hallpass(['backup', 'good', '--data', server.data, '--force'])).code, 0);
  assert.deepEqual(readdirSync(folder), before);
  assert.deepEqual(
    readdirSync(join(folder, 'data')).filter((name) => !name.includes('.lock')),
    ['owner.key'],
  );
  rmSync(join(folder, 'good'));
});

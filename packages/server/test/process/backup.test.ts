import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DatabaseSync } from '@photostructure/sqlite';
import { BIN, type Ended } from '../cli/process.ts';
import { assertWhole } from '../store/chains.ts';
import { allTokens, create, sampleToken } from '../store/samples.ts';
import { inFolder, openFile } from '../store/sqlite-place.ts';

const TOKENS = 2_000;
const ROUNDS = 6;

interface Killing {
  readonly killAfterMs?: number;
  /** What a shell does before it turns into the command. */
  readonly shell?: string;
}

function hallpass(folder: string, words: readonly string[], { killAfterMs, shell = ':' }: Killing = {}) {
  const line = [process.execPath, BIN, ...words];
  const child = spawn('sh', ['-c', `${shell} && exec "$0" "$@"`, ...line], {
    cwd: folder,
    env: { PATH: process.env['PATH'] },
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  if (killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  return new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, ...output })));
}

/** A data folder with many tokens in it. */
async function filled(folder: string): Promise<void> {
  mkdirSync(join(folder, 'data'), { mode: 0o700 });
  const store = await openFile(join(folder, 'data/hallpass.db'));
  await Promise.all(Array.from({ length: TOKENS }, () => create(store, sampleToken())));
  await store.close();
}

async function tokensIn(file: string): Promise<number> {
  const store = await openFile(file);
  try {
    await assertWhole(store);
    return (await allTokens(store)).length;
  } finally {
    await store.close();
  }
}

/** How long the command takes here when nobody kills it. */
async function durationOf(run: () => Promise<Ended>): Promise<number> {
  const began = performance.now();
  assert.equal((await run()).code, 0);
  return Math.ceil(performance.now() - began);
}

test('C103: a backup that is killed at any moment leaves none under its name, or a whole one', () =>
  inFolder(async (folder) => {
    await filled(folder);
    const duration = await durationOf(() => hallpass(folder, ['backup', 'whole']));
    for (let round = 0; round < ROUNDS; round++) {
      const killAfterMs = randomInt(1, duration);
      await hallpass(folder, ['backup', `killed ${round}`], { killAfterMs });
      const file = join(folder, `killed ${round}`);
      if (!existsSync(file)) continue;
      const connection = new DatabaseSync(file, { readOnly: true });
      assert.deepEqual({ ...connection.prepare('select count(*) as n from token').get() }, { n: TOKENS });
      connection.close();
    }
    const again = await hallpass(folder, ['backup', 'killed 0', '--force']);
    assert.equal(again.code, 0, again.stderr);
    assert.equal(await tokensIn(join(folder, 'killed 0')), TOKENS);
  }));

test('C103: a restore that is killed at any moment leaves the old database, the new one, or a start that refuses', () =>
  inFolder(async (folder) => {
    await filled(folder);
    const file = join(folder, 'data/hallpass.db');
    assert.equal((await hallpass(folder, ['backup', 'backup'])).code, 0);
    const words = ['restore', 'backup', '--force'];
    const duration = await durationOf(() => hallpass(folder, words));
    for (let round = 0; round < ROUNDS; round++) {
      const store = await openFile(file);
      await create(store, sampleToken());
      await store.close();
      await hallpass(folder, words, { killAfterMs: randomInt(1, duration) });
      if (existsSync(file)) {
        assert.ok([TOKENS, TOKENS + 1].includes(await tokensIn(file)));
      } else {
        await assert.rejects(openFile(file), { fault: 'missing' });
      }
      const again = await hallpass(folder, words);
      assert.equal(again.code, 0, again.stderr);
      assert.equal(await tokensIn(file), TOKENS);
    }
  }));

test('C104: without room there is no backup, no restore, and nothing is left behind', () =>
  inFolder(async (folder) => {
    await filled(folder);
    const file = join(folder, 'data/hallpass.db');
    // So many blocks of 512 bytes a file may have: less than the database has.
    const shell = 'ulimit -f 400';
    const refused = await hallpass(folder, ['backup', 'backup'], { shell });
    assert.equal(refused.code, 23, refused.stderr);
    assert.match(refused.stderr, /backup cannot be written \(.*\)\. Check the room on its disk/);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name !== 'data'),
      [],
    );
    assert.equal((await hallpass(folder, ['backup', 'backup'])).code, 0);
    const restored = await hallpass(folder, ['restore', 'backup', '--force'], { shell });
    assert.equal(restored.code, 23, restored.stderr);
    assert.deepEqual(
      readdirSync(join(folder, 'data')).filter((name) => name.endsWith('.part')),
      [],
    );
    assert.equal(await tokensIn(file), TOKENS);
  }));

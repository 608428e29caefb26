import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { digestOf } from '@hallpass/core/digest';
import { DatabaseSync } from '@photostructure/sqlite';
import { assertWhole } from './chains.ts';
import { allTokens } from './samples.ts';
import { inFolder, openFile } from './sqlite-place.ts';

const ROUNDS = 40;
const MOST_BEFORE_KILL = 60;

/** Lets a process write, kills it once it has acknowledged some writes, and returns all it acknowledged. */
async function killedAfter(file: string, count: number): Promise<string[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'writer.js'), file]);
  let output = '';
  let lines = 0;
  child.stdout.on('data', (bytes: Buffer) => {
    output += bytes;
    lines += bytes.filter((byte) => byte === 0x0a).length;
    if (lines >= count) child.kill('SIGKILL');
  });
  await once(child, 'close');
  assert.equal(child.signalCode, 'SIGKILL', output);
  return output.split('\n').slice(0, -1);
}

test('C103: a process killed at any moment has lost nothing it acknowledged', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'hallpass.db');
    const acknowledged: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      acknowledged.push(...(await killedAfter(file, randomInt(1, MOST_BEFORE_KILL))));
    }
    const store = await openFile(file);
    const tokens = new Map<string, string>();
    for (const { id, digest } of await allTokens(store)) tokens.set(id, digest);
    for (const id of acknowledged) assert.equal(tokens.get(id), digestOf(id));
    await assertWhole(store);
    await store.close();
    const connection = new DatabaseSync(file);
    assert.equal(connection.prepare('pragma integrity_check').get().integrity_check, 'ok');
    connection.close();
  }));

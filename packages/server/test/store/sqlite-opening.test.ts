import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { digestOf } from '@hallpass/core/digest';
import { DatabaseSync } from '@photostructure/sqlite';
import type { StoreFault } from 'hallpass/store/store';
import { allTokens, created } from './samples.ts';
import { inFolder, openFile } from './sqlite-place.ts';

async function make(file: string): Promise<void> {
  const store = await openFile(file);
  await Promise.all(Array.from({ length: 20 }, () => created(store)));
  await store.close();
}

/** What every file holds that holds anything, but for the memory shared beside a log. */
async function bytesOf(folder: string): Promise<Map<string, string>> {
  const digests = new Map<string, string>();
  for (const name of (await readdir(folder)).sort()) {
    const bytes = await readFile(join(folder, name));
    if (bytes.length > 0 && !name.endsWith('-shm')) digests.set(name, digestOf(bytes.toString('latin1')));
  }
  return digests;
}

function change(file: string, statements: string): void {
  const connection = new DatabaseSync(file);
  connection.exec(statements);
  connection.close();
}

async function overwrite(file: string, from: number, to: number): Promise<void> {
  const bytes = await readFile(file);
  await writeFile(file, bytes.fill(0xa5, from, to));
}

type Spoil = (file: string) => Promise<void> | void;

const SPOILT: Readonly<Record<string, [StoreFault, Spoil]>> = {
  'a database that is gone': ['missing', (file) => rm(file)],
  'an empty file': ['damaged', (file) => truncate(file, 0)],
  'a file that is cut in the middle': [
    'damaged',
    async (file) => truncate(file, (await stat(file)).size / 2),
  ],
  'a file that is cut to half a header': ['damaged', (file) => truncate(file, 50)],
  'a file with a page overwritten': ['damaged', (file) => overwrite(file, 8 * 4096, 9 * 4096)],
  'a file with its schema overwritten': ['damaged', (file) => overwrite(file, 100, 4096)],
  'a file of text': ['not_a_database', (file) => writeFile(file, 'tokens: none\n'.repeat(1000))],
  "another program's database": ['not_a_database', (file) => change(file, 'pragma application_id = 1')],
  'a database of a later version': ['newer_schema', (file) => change(file, 'pragma user_version = 99')],
  'a database with a migration nobody knows': [
    'newer_schema',
    (file) => change(file, "insert into kysely_migration values ('9999_later', '2030-01-01')"),
  ],
};

for (const [what, [fault, spoil]] of Object.entries(SPOILT)) {
  test(`C106: ${what} is refused as ${fault} and stays as it is`, () =>
    inFolder(async (folder) => {
      const file = join(folder, 'hallpass.db');
      await make(file);
      await spoil(file);
      const before = await bytesOf(folder);
      await assert.rejects(openFile(file), (error: Error) => {
        assert.equal(error.name, 'StoreError');
        assert.equal('fault' in error && error.fault, fault);
        assert.match(error.message, /hallpass\.db/);
        return true;
      });
      assert.deepEqual(await bytesOf(folder), before);
    }));
}

test('C106: what only the log says of a later version is found too, and the log stays as it is', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'hallpass.db');
    await make(file);
    const later = new DatabaseSync(file);
    later.exec('pragma user_version = 99');
    const before = await bytesOf(folder);
    assert.ok(before.get('hallpass.db-wal'));
    await assert.rejects(openFile(file), { fault: 'newer_schema' });
    assert.deepEqual(await bytesOf(folder), before);
    later.close();
  }));

test('C106: a lost database whose log is still there is not begun anew', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'hallpass.db');
    await writeFile(`${file}-wal`, 'what is left');
    await assert.rejects(openFile(file), { fault: 'missing' });
  }));

test('a first start that was cut off is made up for', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'hallpass.db');
    await writeFile(`${file}.new`, 'half of a database');
    await make(file);
    await rm(`${file}.initialised`);
    const store = await openFile(file);
    assert.equal((await allTokens(store)).length, 20);
    await store.close();
    assert.ok((await readdir(folder)).includes('hallpass.db.initialised'));
  }));

test('only the owner of the process can read the files, the log included', () =>
  inFolder(async (folder) => {
    const store = await openFile(join(folder, 'hallpass.db'));
    await created(store);
    const names = await readdir(folder);
    assert.ok(names.includes('hallpass.db-wal'));
    for (const name of names) assert.equal((await stat(join(folder, name))).mode & 0o777, 0o600, name);
    await store.close();
  }));

test('a folder that does not exist is refused as unavailable', () =>
  inFolder((folder) =>
    assert.rejects(openFile(join(folder, 'none', 'hallpass.db')), { fault: 'unavailable' }),
  ));

test('a second store on the same file is refused, in this process and in another, and the first goes on', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'hallpass.db');
    const store = await openFile(file);
    await assert.rejects(openFile(file), { fault: 'in_use' });
    const child = spawn(process.execPath, [join(import.meta.dirname, 'writer.js'), file]);
    const output: Buffer[] = [];
    child.stdout.on('data', (bytes: Buffer) => output.push(bytes));
    await once(child, 'close');
    assert.equal(Buffer.concat(output).toString(), 'refused in_use\n');
    await created(store);
    await store.close();
    await (await openFile(file)).close();
  }));

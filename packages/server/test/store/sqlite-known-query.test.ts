import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { insertRow } from 'hallpass/store/sql/known-query';
import { newTokenRow } from 'hallpass/store/sql/tokens';
import { openDatabase } from 'hallpass/store/sqlite/database';
import { queriesOver } from 'hallpass/store/sqlite/dialect';
import { sampleToken } from './samples.ts';
import { inFolder } from './sqlite-place.ts';

test('a row whose name is taken is passed over where that was asked for, and is an error where it was not', async () => {
  await inFolder(async (folder) => {
    const db = queriesOver(await openDatabase(join(folder, 'hallpass.db'), 'epoch'));
    const row = (revision: number) => newTokenRow(sampleToken({ name: 'ci' }), revision);
    assert.equal(await insertRow(db, 'token', row(1), 'name'), true);
    assert.equal(await insertRow(db, 'token', row(2), 'name'), false);
    await assert.rejects(insertRow(db, 'token', row(3)), /token\.name/);
    await db.destroy();
  });
});

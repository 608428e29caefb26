import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { journalRow } from 'hallpass/store/sql/journal';
import { insertRows, insertTokenRow } from 'hallpass/store/sql/known-query';
import { newTokenRow } from 'hallpass/store/sql/tokens';
import { openDatabase } from 'hallpass/store/sqlite/database';
import { queriesOver } from 'hallpass/store/sqlite/dialect';
import { sampleToken } from './samples.ts';
import { inFolder } from './sqlite-place.ts';

test('a row whose name is taken is passed over, and one whose value is taken is an error', async () => {
  await inFolder(async (folder) => {
    const db = queriesOver(await openDatabase(join(folder, 'hallpass.db'), 'epoch'));
    const first = newTokenRow(sampleToken({ name: 'ci' }), 1);
    const second = newTokenRow(sampleToken({ name: 'ci' }), 2);
    assert.equal(await insertTokenRow(db, first), true);
    assert.equal(await insertTokenRow(db, second), false);
    await assert.rejects(
      insertTokenRow(db, { ...second, name: 'cd', digest: first.digest }),
      /token\.digest/,
    );
    await db.destroy();
  });
});

test('however many rows are inserted in one go, each is stored as it was given', async () => {
  await inFolder(async (folder) => {
    const db = queriesOver(await openDatabase(join(folder, 'hallpass.db'), 'epoch'));
    const all: ReturnType<typeof journalRow>[] = [];
    for (const count of [0, 1, 2, 3, 7, 31, 32, 33, 64, 71, 7]) {
      const rows = Array.from({ length: count }, (_, i) => {
        const revision = all.length + i + 1;
        const token = sampleToken({ name: `t${revision}` });
        return journalRow({
          kind: 'token',
          revision,
          at: revision,
          token,
          chain: new Uint8Array([revision]),
        });
      });
      await insertRows(db, 'journal', rows);
      all.push(...rows);
    }
    const stored = await db.selectFrom('journal').selectAll().orderBy('revision').execute();
    const bytes = (row: (typeof all)[number]) => ({ ...row, digest: [...row.digest], chain: [...row.chain] });
    assert.deepEqual(stored.map(bytes), all.map(bytes));
    await db.destroy();
  });
});

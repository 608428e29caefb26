import assert from 'node:assert/strict';
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DatabaseSync } from '@photostructure/sqlite';
import { offline } from 'hallpass/store/sqlite/offline';
import { InTheWay } from 'hallpass/store/sqlite/placing';
import type { Restored } from 'hallpass/store/sqlite/restore';
import type { Mutation, NewToken, Store } from 'hallpass/store/store';
import { assertWhole } from './chains.ts';
import { successor } from './contract-formers.ts';
import { allTokens, created, createdOperator, loaded, NOW, sampleToken, writeOf } from './samples.ts';
import { inFolder, openFile } from './sqlite-place.ts';

const EPOCH = 'another';

/** Where a test works: a database, a backup of it, and a folder to restore into. */
interface Files {
  readonly file: string;
  readonly backup: string;
  readonly other: string;
}

function withFiles(body: (files: Files) => Promise<void>): () => Promise<void> {
  return () =>
    inFolder((folder) => {
      mkdirSync(join(folder, 'other'));
      const [file, backup] = [join(folder, 'hallpass.db'), join(folder, 'backup')];
      return body({ file, backup, other: join(folder, 'other/hallpass.db') });
    });
}

function backUp({ file, backup }: Files, over = false) {
  return offline('backUp', { from: file, to: backup, over });
}

function restoreTo(file: string, backup: string, over = false): Promise<Restored> {
  return offline('restore', { backup, file, over, epoch: EPOCH, now: NOW });
}

async function using<T>(file: string, body: (store: Store) => Promise<T>): Promise<T> {
  const store = await openFile(file);
  try {
    return await body(store);
  } finally {
    await store.close();
  }
}

async function edit(file: string, sql: string): Promise<void> {
  const connection = new DatabaseSync(file);
  connection.exec(sql);
  connection.close();
}

test(
  'a backup that is made while others write is of one moment, and holds all that was acknowledged before',
  withFiles(async (files) => {
    await using(files.file, async (store) => {
      const before = await Promise.all(Array.from({ length: 300 }, () => created(store)));
      let writing = true;
      const writers = Array.from({ length: 4 }, async () => {
        while (writing) {
          const token = await created(store);
          const next = successor(token);
          await store.commit(writeOf({ kind: 'replace_token', token: next, ifRevision: token.revision }));
        }
      });
      const { contents, bytes } = await backUp(files);
      writing = false;
      await Promise.all(writers);
      assert.ok(contents.tokens >= before.length);
      assert.equal(bytes, statSync(files.backup).size);
      assert.equal(statSync(files.backup).mode & 0o777, 0o600);
      const there = await using(files.backup, async (copy) => {
        await assertWhole(copy);
        return new Map((await allTokens(copy)).map((token) => [token.id, token]));
      });
      for (const token of before) assert.deepEqual(there.get(token.id), token);
      assert.equal(there.size, contents.tokens);
    });
  }),
);

test(
  'a backup takes the place of another one when told to, and of no other file, and leaves nothing beside it',
  withFiles(async (files) => {
    await using(files.file, (store) => created(store));
    writeFileSync(files.backup, 'mine');
    for (const over of [false, true]) await assert.rejects(backUp(files, over), InTheWay);
    assert.equal(readFileSync(files.backup, 'utf8'), 'mine');
    await assert.rejects(backUp({ ...files, backup: files.file }, true), InTheWay);
    rmSync(files.backup);
    await backUp(files);
    await assert.rejects(backUp(files), InTheWay);
    writeFileSync(`${files.backup}.part`, 'left behind');
    await backUp(files, true);
    await using(files.backup, assertWhole);
    const folder = join(files.backup, '..');
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes('.part')),
      [],
    );
  }),
);

test(
  'what is deleted is not in a backup, and neither is what a backup does not need',
  withFiles(async (files) => {
    await using(files.file, async (store) => {
      const token = await created(store, { description: 'a very long note that nobody may find' });
      await store.commit(writeOf({ kind: 'delete_token', token, ifRevision: token.revision }));
    });
    await backUp(files);
    assert.equal(readFileSync(files.backup).includes('nobody may find'), false);
  }),
);

test(
  'a restored database is what it was at the backup, under another epoch, with the restore on record',
  withFiles(async (files) => {
    const [then, head] = await using(files.file, async (store) => {
      await createdOperator(store);
      const record = await created(store);
      const mutation: Mutation = {
        kind: 'replace_token',
        token: successor(record),
        ifRevision: record.revision,
      };
      await store.commit(writeOf(mutation));
      const nothing = () => {};
      return [await allTokens(store), await store.load(nothing, nothing)] as const;
    });
    await backUp(files);
    await using(files.file, (store) => created(store));
    const restored = await restoreTo(files.other, files.backup);
    assert.deepEqual([restored.done, restored.revived, restored.aside], [true, null, null]);
    assert.equal(statSync(files.other).mode & 0o777, 0o600);
    await using(files.other, async (store) => {
      assert.deepEqual(await allTokens(store), then);
      const nothing = () => {};
      assert.deepEqual(await store.load(nothing, nothing), { ...head, epoch: EPOCH });
      assert.equal((await loaded(store)).size, 2);
      const [entry] = await store.listAudit(null, 1);
      assert.deepEqual(
        [entry?.actor, entry?.action, entry?.at, entry?.detail],
        ['system', 'store.restore', NOW, { revision: head.revision, revived: null }],
      );
      await created(store);
      await assertWhole(store);
    });
  }),
);

async function change(store: Store, name: string, changes: Partial<NewToken>): Promise<void> {
  const token = (await store.tokenByName(name)) ?? assert.fail();
  const next = { ...token, ...changes };
  await store.commit(writeOf({ kind: 'replace_token', token: next, ifRevision: token.revision }));
}

async function rotate(store: Store, name: string, former: Parameters<typeof successor>[1]): Promise<void> {
  const token = (await store.tokenByName(name)) ?? assert.fail();
  await change(store, name, successor(token, former));
}

test(
  'a restore names what it lets in again, or for longer, and why that is refused now; nothing else, and nothing is done unless told to',
  withFiles(async (files) => {
    const HOUR = 3_600_000;
    await using(files.file, async (store) => {
      const names = [
        'stays',
        'removed',
        'disabled',
        'ended',
        'read-only',
        'rotated',
        'overlapping',
        'passing',
        'overlapping twice',
        'renamed',
        'shortened',
      ];
      for (const name of names) await created(store, { name, write: true });
      await created(store, { name: 'lengthened', expiresAt: NOW + HOUR });
      await created(store, { name: 'dead before', expiresAt: NOW });
      await created(store, { name: 'disabled before', active: false });
      await createdOperator(store, { name: 'owner' });
      await createdOperator(store, { name: 'ana' });
      await createdOperator(store, { name: 'bob', role: 'manager' });
      await createdOperator(store, { name: 'cem' });
      await rotate(store, 'overlapping twice', { endsAt: NOW + HOUR });
    });
    await backUp(files);
    await using(files.file, async (store) => {
      const token = (await store.tokenByName('removed')) ?? assert.fail();
      await store.commit(writeOf({ kind: 'delete_token', token, ifRevision: token.revision }));
      await change(store, 'disabled', { active: false });
      await change(store, 'ended', { expiresAt: NOW });
      await change(store, 'read-only', { write: false });
      const rotated = (await store.tokenByName('rotated')) ?? assert.fail();
      await change(store, 'rotated', { ...successor(rotated), formers: [] });
      await rotate(store, 'overlapping', { endsAt: NOW + HOUR });
      await rotate(store, 'passing', { endsAt: null, untilFirstUse: true });
      await change(store, 'overlapping twice', { formers: [], expiresAt: NOW + HOUR });
      await change(store, 'renamed', { name: 'new name' });
      await change(store, 'shortened', { expiresAt: NOW + HOUR });
      await change(store, 'lengthened', { expiresAt: NOW + 2 * HOUR });
      await created(store, { name: 'made since' });
      const ana = (await store.operatorByName('ana')) ?? assert.fail();
      await store.commit(
        writeOf({ kind: 'delete_operator', operator: ana, ifRevision: ana.revision, otherOwner: false }),
      );
      const bob = { ...((await store.operatorByName('bob')) ?? assert.fail()), role: 'auditor' as const };
      await store.commit(
        writeOf({ kind: 'replace_operator', operator: bob, ifRevision: bob.revision, otherOwner: false }),
      );
      const cem = { ...((await store.operatorByName('cem')) ?? assert.fail()), expiresAt: NOW + HOUR };
      await store.commit(
        writeOf({ kind: 'replace_operator', operator: cem, ifRevision: cem.revision, otherOwner: false }),
      );
    });
    const before = await using(files.file, allTokens);
    const refused = await restoreTo(files.file, files.backup);
    assert.equal(refused.done, false);
    assert.deepEqual(
      refused.revived?.map(({ kind, name, because }) => `${kind} ${name}: ${because}`),
      [
        'token removed: removed',
        'token disabled: disabled',
        'token ended: ended',
        'token read-only: read_only',
        'token rotated: rotated',
        'token overlapping: ends_earlier',
        'token passing: ends_earlier',
        'token overlapping twice: rotated',
        'token shortened: ends_earlier',
        'operator ana: removed',
        'operator bob: role',
        'operator cem: ends_earlier',
      ],
    );
    assert.deepEqual(await using(files.file, allTokens), before);
    const done = await restoreTo(files.file, files.backup, true);
    assert.deepEqual([done.done, done.revived], [true, refused.revived]);
    assert.equal((await using(files.file, allTokens)).length, 14);
    assert.ok(done.aside);
    assert.deepEqual(await using(done.aside, allTokens), before);
  }),
);

test(
  'a database that a server works on is not restored over, nor one that cannot be read compared with',
  withFiles(async (files) => {
    await using(files.file, async (store) => {
      await created(store);
      await backUp(files);
      await assert.rejects(restoreTo(files.file, files.backup, true), { fault: 'in_use' });
      await created(store);
    });
    writeFileSync(files.file, 'no database any more');
    const refused = await restoreTo(files.file, files.backup);
    assert.deepEqual([refused.done, refused.revived], [false, null]);
    const done = await restoreTo(files.file, files.backup, true);
    assert.deepEqual([done.done, done.revived], [true, null]);
    assert.equal(readFileSync(done.aside ?? '', 'utf8'), 'no database any more');
    assert.equal((await using(files.file, allTokens)).length, 1);
  }),
);

test(
  'a log without its database, as a restore that was cut off leaves it, never comes to the new one',
  withFiles(async (files) => {
    await using(files.file, (store) => created(store));
    await backUp(files);
    writeFileSync(`${files.other}-wal`, 'changes of another database');
    assert.equal((await restoreTo(files.other, files.backup)).done, false);
    const { aside } = await restoreTo(files.other, files.backup, true);
    assert.equal(readFileSync(`${aside}-wal`, 'utf8'), 'changes of another database');
    await using(files.other, async (store) => assert.equal((await allTokens(store)).length, 1));
  }),
);

const SPOILED: Readonly<
  Record<string, readonly [fault: string, spoil: (file: string) => void | Promise<void>]>
> = {
  empty: ['damaged', (file) => truncateSync(file, 0)],
  'cut short': ['damaged', (file) => truncateSync(file, statSync(file).size - 4096)],
  'no database': ['not_a_database', (file) => writeFileSync(file, 'SELECT 1')],
  'of another program': ['not_a_database', (file) => edit(file, 'pragma application_id = 1')],
  'of a newer version': ['newer_schema', (file) => edit(file, 'pragma user_version = 1000')],
  'with a token that no journal knows': [
    'damaged',
    (file) => edit(file, 'delete from journal where revision = 2'),
  ],
  'with a journal row that says something else': [
    'damaged',
    (file) => edit(file, `update journal set state = replace(state, 'true', 'false') where revision = 2`),
  ],
  'with an audit entry that says something else': [
    'damaged',
    (file) => edit(file, `update audit set actor = 'nobody' where sequence = 1`),
  ],
  'without its newest audit entry': [
    'damaged',
    (file) => edit(file, 'delete from audit where sequence = (select max(sequence) from audit)'),
  ],
  'with bytes that are not SQLite’s': [
    'damaged',
    (file) => {
      const bytes = readFileSync(file);
      bytes.fill(0xa5, 4096 * 5, 4096 * 6);
      writeFileSync(file, bytes);
    },
  ],
};

for (const [what, [fault, spoil]] of Object.entries(SPOILED)) {
  test(
    `C106: a backup ${what} is refused, and the database that stands is as it was`,
    withFiles(async (files) => {
      await using(files.file, async (store) => {
        for (let i = 0; i < 3; i++) await created(store, { name: `token ${i}` });
      });
      await backUp(files);
      copyFileSync(files.file, files.other);
      await spoil(files.backup);
      const names = readdirSync(join(files.other, '..'));
      const bytes = readFileSync(files.other);
      await assert.rejects(restoreTo(files.other, files.backup, true), { name: 'StoreError', fault });
      assert.deepEqual(readFileSync(files.other), bytes);
      assert.deepEqual(
        readdirSync(join(files.other, '..')).filter((name) => !/\.lock/.test(name)),
        names,
      );
    }),
  );
}

test(
  'a backup of the version before this one is restored in the form of this one',
  withFiles(async (files) => {
    const then = await using(files.file, async (store) => {
      await created(store);
      return allTokens(store);
    });
    await backUp(files);
    await edit(
      files.backup,
      `drop table former; delete from kysely_migration where name = '0002_former'; pragma user_version = 1`,
    );
    await restoreTo(files.other, files.backup);
    await using(files.other, async (store) => {
      assert.deepEqual(await allTokens(store), then);
      const [record] = then;
      assert.ok(record);
      await store.commit(
        writeOf({ kind: 'replace_token', token: successor(record), ifRevision: record.revision }),
      );
      await assertWhole(store);
    });
  }),
);

test(
  'a database that is damaged gives no backup that is called good',
  withFiles(async (files) => {
    await using(files.file, async (store) => {
      await created(store);
      await store.commit(writeOf({ kind: 'insert_token', token: sampleToken() }));
    });
    await edit(files.file, `update audit set actor = 'nobody' where sequence = 1`);
    await assert.rejects(backUp(files), { fault: 'damaged', message: /audit trail is not whole/ });
    assert.deepEqual(
      readdirSync(join(files.backup, '..')).filter((name) => name.startsWith('backup')),
      [],
    );
    await assert.rejects(offline('backUp', { from: `${files.file}x`, to: files.backup, over: false }), {
      fault: 'missing',
    });
  }),
);

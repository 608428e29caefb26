import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chain, FIRST_CHAIN } from '@hallpass/core/change';
import { unpackTokens } from '@hallpass/core/packed';
import type { Snapshot, Store } from 'hallpass/store/store';
import type { WithStore } from './contract.ts';
import { create, created, EVERYTHING, NOW, sampleAudit, sampleToken, writeOf } from './samples.ts';

const DAY = 86_400_000;
const ALL = 1_000;
/** A window that age alone closes. */
const anyCount = (since: number) => ({ since, rows: EVERYTHING });
const anyAge = (rows: number) => ({ since: 0, rows });

async function revisions(store: Store): Promise<number[]> {
  return (await store.listChanges(0, EVERYTHING)).map(({ revision }) => revision);
}

/** Rows 1, 2, 3 … that were made at these times. */
async function journalOf(store: Store, times: readonly number[]): Promise<void> {
  for (const at of times) {
    const mutation = { kind: 'insert_token', token: sampleToken() } as const;
    await store.commit(writeOf(mutation, { audit: sampleAudit({ at }) }));
  }
}

async function namesIn(snapshot: Snapshot): Promise<string[]> {
  const names: string[] = [];
  for (let batch = await snapshot.next(); batch; batch = await snapshot.next())
    for (const { name } of unpackTokens(batch)) names.push(name);
  return names;
}

function places(withStore: WithStore): void {
  test(
    'a place is known by its chain; one that is to come, or was removed, has none',
    withStore(async (store) => {
      const empty = await store.findPlace(0);
      assert.equal(empty.head.revision, 0);
      assert.deepEqual(Buffer.from(empty.chain ?? []), Buffer.from(FIRST_CHAIN));
      await journalOf(store, [NOW, NOW, NOW]);
      const rows = await store.listChanges(0, 10);
      const head = await store.readHead();
      assert.deepEqual(
        [head.epoch, head.revision, Buffer.from(head.chain)],
        [empty.head.epoch, 3, Buffer.from(rows[2]?.chain ?? [])],
      );
      for (const revision of [0, 1, 2, 3]) {
        const expected = rows[revision - 1]?.chain ?? FIRST_CHAIN;
        const place = await store.findPlace(revision);
        assert.deepEqual(Buffer.from(place.chain ?? []), Buffer.from(expected));
        assert.deepEqual(place.head, head);
      }
      assert.equal((await store.findPlace(4)).chain, null);
      assert.equal(await store.trimChanges(anyAge(1), ALL), 2);
      const known = await Promise.all([0, 1, 2, 3].map((revision) => store.findPlace(revision)));
      assert.deepEqual(
        known.map((place) => place.chain !== null),
        [false, false, false, true],
      );
    }),
  );
}

function trimming(withStore: WithStore): void {
  test(
    'trimming removes what is older than the window, from the front, and the newest row never',
    withStore(async (store) => {
      await journalOf(store, [NOW - 3 * DAY, NOW - 2 * DAY, NOW - DAY, NOW]);
      assert.equal(await store.trimChanges(anyCount(NOW - 3 * DAY), ALL), 0);
      assert.equal(await store.trimChanges(anyCount(NOW - DAY), ALL), 2);
      assert.deepEqual(await revisions(store), [3, 4]);
      assert.equal(await store.trimChanges(anyCount(NOW + DAY), ALL), 1);
      assert.equal(await store.trimChanges(anyCount(NOW + DAY), ALL), 0);
      assert.deepEqual(await revisions(store), [4]);
    }),
  );

  test(
    'trimming leaves no gap behind a clock that was turned back',
    withStore(async (store) => {
      await journalOf(store, [NOW, NOW - 3 * DAY, NOW]);
      assert.equal(await store.trimChanges(anyCount(NOW - DAY), ALL), 0);
      assert.deepEqual(await revisions(store), [1, 2, 3]);
    }),
  );

  test(
    'trimming keeps so many rows, and removes no more at a time than it is asked to',
    withStore(async (store) => {
      await journalOf(
        store,
        Array.from({ length: 10 }, () => NOW),
      );
      assert.equal(await store.trimChanges(anyAge(4), 5), 5);
      assert.equal(await store.trimChanges(anyAge(4), 5), 1);
      assert.equal(await store.trimChanges(anyAge(4), 5), 0);
      assert.deepEqual(await revisions(store), [7, 8, 9, 10]);
    }),
  );

  test(
    'a change made after trimming follows on the row before it',
    withStore(async (store) => {
      await journalOf(store, [NOW, NOW]);
      await store.trimChanges(anyAge(1), ALL);
      await journalOf(store, [NOW]);
      const [before, after] = await store.listChanges(1, 10);
      assert.ok(before && after);
      assert.deepEqual(Buffer.from(after.chain), Buffer.from(chain(before.chain, after)));
      assert.equal((await store.findPlace(2)).chain === null, false);
    }),
  );
}

function snapshots(withStore: WithStore): void {
  test(
    'a snapshot is of one moment, and commits go on beside it',
    withStore(async (store) => {
      const tokens = Array.from({ length: 9_000 }, () => sampleToken());
      await Promise.all(tokens.map((token) => create(store, token)));
      const snapshot = await store.openSnapshot();
      assert.deepEqual([snapshot.count, snapshot.head.revision], [9_000, 9_000]);
      const { name } = await created(store);
      const gone = await store.tokenByName(tokens[8_999]?.name ?? '');
      assert.ok(gone);
      await store.commit(writeOf({ kind: 'delete_token', token: gone, ifRevision: gone.revision }));
      const names = await namesIn(snapshot);
      assert.deepEqual(new Set(names), new Set(tokens.map((token) => token.name)));
      assert.equal(names.length, 9_000);
      await snapshot.end();
      const later = await store.openSnapshot();
      assert.ok((await namesIn(later)).includes(name));
      await later.end();
    }),
  );

  test(
    'snapshots do not disturb one another, and can be ended at any time, twice too',
    withStore(async (store) => {
      const { name } = await created(store);
      const [one, two] = [await store.openSnapshot(), await store.openSnapshot()];
      await created(store);
      const three = await store.openSnapshot();
      await one.end();
      await one.end();
      await assert.rejects(one.next());
      assert.deepEqual(await namesIn(two), [name]);
      assert.equal((await namesIn(three)).length, 2);
      await two.end();
      await created(store);
      const four = await store.openSnapshot();
      assert.deepEqual([four.count, four.head.revision], [3, 3]);
    }),
  );

  test(
    'a store can be closed while a snapshot is read',
    withStore(async (store, place) => {
      await created(store);
      const snapshot = await store.openSnapshot();
      await store.close();
      await assert.rejects(snapshot.next());
      await snapshot.end();
      const again = await place.open();
      assert.equal((await again.readHead()).revision, 1);
      await again.close();
    }),
  );
}

export function journalContract(withStore: WithStore): void {
  places(withStore);
  trimming(withStore);
  snapshots(withStore);
}

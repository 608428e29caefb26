import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Store, TokenFilter } from 'hallpass/store/store';
import type { WithStore } from './contract.ts';
import { allTokens, create, created, loaded, NOW, sampleToken } from './samples.ts';

async function namesOf(store: Store, filter: Omit<TokenFilter, 'now'>): Promise<string[]> {
  return (await store.listTokens({ now: NOW, ...filter }, 0, 100)).map(({ name }) => name);
}

function lists(withStore: WithStore): void {
  test(
    'tokens are listed in the order of creation, page by page, also after changes and removals',
    withStore(async (store) => {
      const names = ['e', 'd', 'c', 'b', 'a'];
      for (const name of names) await created(store, { name });
      const all = await allTokens(store);
      assert.deepEqual(
        all.map(({ name }) => name),
        names,
      );
      const first = await store.listTokens({ now: NOW }, 0, 2);
      const rest = await store.listTokens({ now: NOW }, first.at(-1)?.position ?? 0, 100);
      assert.deepEqual([...first, ...rest], all);
      assert.deepEqual(await store.listTokens({ now: NOW }, 5, 100), []);
    }),
  );

  test(
    'each filter keeps what it says, to the millisecond',
    withStore(async (store) => {
      await created(store, { name: 'never', write: true });
      await created(store, { name: 'past', expiresAt: NOW, createdBy: 'other' });
      await created(store, { name: 'future', expiresAt: NOW + 1 });
      await created(store, { name: 'off', active: false, expiresAt: NOW });
      const { id } = (await store.tokenByName('past')) ?? assert.fail('There is no such token.');
      await store.noteUses([{ id, lastUsedAt: NOW }]);
      const expected: [Omit<TokenFilter, 'now'>, string[]][] = [
        [{}, ['never', 'past', 'future', 'off']],
        [{ status: 'active' }, ['never', 'future']],
        [{ status: 'expired' }, ['past']],
        [{ status: 'inactive' }, ['off']],
        [{ write: true }, ['never']],
        [{ write: false }, ['past', 'future', 'off']],
        [{ expiresBefore: NOW }, []],
        [{ expiresBefore: NOW + 1 }, ['past', 'off']],
        [{ unusedSince: NOW }, ['never', 'future', 'off']],
        [{ unusedSince: NOW + 1 }, ['never', 'past', 'future', 'off']],
        [{ createdBy: 'other' }, ['past']],
        [{ createdBy: 'OTHER' }, []],
        [{ status: 'expired', createdBy: 'ops' }, []],
        [{ status: 'active', write: false }, ['future']],
      ];
      for (const [filter, names] of expected) assert.deepEqual(await namesOf(store, filter), names);
    }),
  );

  test(
    'C87: what is searched for is taken literally, in any case of ASCII letters',
    withStore(async (store) => {
      await created(store, { name: '100% sure' });
      await created(store, { name: '100 percent', description: 'Billing_Service' });
      await created(store, { name: 'billing service' });
      await created(store, { name: String.raw`C:\temp\x` });
      await created(store, { name: "O'Brien; drop table token" });
      await created(store, { name: 'ÉTÉ' });
      const expected: [string, string[]][] = [
        ['100%', ['100% sure']],
        ['%', ['100% sure']],
        ['_', ['100 percent']],
        ['BILLING_service', ['100 percent']],
        ['billing', ['100 percent', 'billing service']],
        [String.raw`\TEMP\x`, [String.raw`C:\temp\x`]],
        ["'; DROP", []],
        ["o'brien; DROP", ["O'Brien; drop table token"]],
        ['É', ['ÉTÉ']],
        ['é', []],
        ['été', []],
      ];
      for (const [search, names] of expected)
        assert.deepEqual(await namesOf(store, { search }), names, search);
      assert.equal((await namesOf(store, { search: '' })).length, 6);
    }),
  );
}

function loads(withStore: WithStore): void {
  test(
    'loading hands over every token as it stands, and the revision it stands for',
    withStore(async (store) => {
      for (const fields of [
        { write: true },
        { active: false },
        { expiresAt: NOW },
        { name: '🗝'.repeat(255) },
      ]) {
        await created(store, fields);
      }
      const counts: number[] = [];
      const head = await store.load(
        (count) => counts.push(count),
        () => {},
      );
      assert.deepEqual(counts, [4]);
      assert.equal(head.revision, 4);
      assert.match(head.epoch, /^[0-9a-f]{32}$/);
      const tokens = await allTokens(store);
      const expected = tokens.map(({ id, name, digest, expiresAt, active, write }) => [
        digest,
        { digest, id, name, expiresAt, active, write },
      ]);
      assert.deepEqual([...(await loaded(store))], expected);
    }),
  );

  test(
    'loading many tokens goes in several batches and leaves none out',
    withStore(async (store) => {
      const tokens = Array.from({ length: 5_000 }, () => sampleToken());
      await Promise.all(tokens.map((token) => create(store, token)));
      let batches = 0;
      await store.load(
        () => {},
        () => {
          batches++;
        },
      );
      assert.ok(batches > 1);
      const found = await loaded(store);
      assert.equal(found.size, tokens.length);
      for (const { id, digest } of tokens) assert.equal(found.get(digest)?.id, id);
    }),
  );

  test(
    'what the taker of a batch throws is what loading rejects with, and the store goes on',
    withStore(async (store) => {
      await created(store);
      const fault = new Error('no room');
      const load = store.load(
        () => {},
        () => {
          throw fault;
        },
      );
      await assert.rejects(load, fault);
      assert.equal((await loaded(store)).size, 1);
    }),
  );
}

function uses(withStore: WithStore): void {
  test(
    'a noted use moves last use forward, never back, and is no change',
    withStore(async (store) => {
      const one = await created(store);
      const two = await created(store);
      await store.noteUses([{ id: one.id, lastUsedAt: NOW }]);
      await store.noteUses([
        { id: one.id, lastUsedAt: NOW - 1 },
        { id: sampleToken().id, lastUsedAt: NOW },
      ]);
      assert.deepEqual(await allTokens(store), [{ ...one, lastUsedAt: NOW }, two]);
      await store.noteUses([{ id: one.id, lastUsedAt: NOW + 1 }]);
      assert.equal((await store.tokenById(one.id))?.lastUsedAt, NOW + 1);
      assert.equal((await store.listChanges(0, 10)).length, 2);
      assert.equal((await store.listAudit(null, 10)).length, 2);
    }),
  );

  test(
    'meta rows are kept and replaced',
    withStore(async (store) => {
      assert.equal(await store.readMeta('key'), undefined);
      await store.writeMeta('key', 'one');
      await store.writeMeta('key', 'two');
      assert.equal(await store.readMeta('key'), 'two');
    }),
  );
}

export function readContract(withStore: WithStore): void {
  lists(withStore);
  loads(withStore);
  uses(withStore);
}

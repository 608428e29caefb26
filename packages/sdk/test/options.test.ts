import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ConnectOptions, connect } from '@hallpass/sdk/connect';
import { following, guarded, newFeed } from './guarded.ts';
import { KEY, secretOf } from './model-feed.ts';

test('options that cannot be right are named at once, and no key is repeated', () => {
  const surroundings = newFeed().world;
  const url = 'http://hallpass.test';
  const wrong: readonly unknown[] = [
    { url, surroundings },
    { url, surroundings, key: KEY, keyFile: 'key' },
    { url, surroundings, key: 'hp_secret' },
    { url: 'hallpass.test', surroundings, key: KEY },
    { url: 'ftp://hallpass.test', surroundings, key: KEY },
    { url, surroundings, key: KEY, name: 'a b' },
    { url, surroundings, key: KEY, maxStaleness: 1 },
    { url, surroundings, key: KEY, maxStaleness: Number.NaN },
    { url, surroundings, key: KEY, maxStaleness: '86400000' },
    { url, surroundings, key: KEY, name: 7 },
    { url, surroundings, key: KEY, names: 'false' },
    { url, surroundings, key: KEY, snapshotFile: true },
    { url, surroundings, key: KEY, onStale: 'log' },
    { url, surroundings, keyFile: 1 },
    { url: new URL(url), surroundings, key: KEY },
    { url: 'http://user:hp_secret@hallpass.test', surroundings, key: KEY },
    { url: 'http://hp_secret@hallpass.test', surroundings, key: KEY },
    { url: 'http://hallpass.test/?key=hp_secret', surroundings, key: KEY },
    { url: 'http://hallpass.test/#hp_secret', surroundings, key: KEY },
    { url: 'http://hallpass.test?', surroundings, key: KEY },
  ];
  for (const options of wrong)
    assert.throws(
      () => connect(options as ConnectOptions),
      (error: unknown) => error instanceof TypeError && !/hp_secret|hpo_1/.test(error.message),
    );
});

test('a key file is read anew for every attempt, and named while it is of no use', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-sdk-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const keyFile = join(folder, 'verifier.key');
  const { guard, world, troubles } = guarded(t, { keyFile });
  await world.whenReal(() => troubles.length === 1);
  writeFileSync(keyFile, 'nothing of the kind');
  await world.untilReal(() => troubles.length === 2);
  writeFileSync(keyFile, `${KEY}\n`);
  await world.untilReal(() => guard.revision === 2);
  assert.deepEqual(
    troubles.map(({ code, message }) => [code, message.includes(keyFile)]),
    [
      ['key', true],
      ['key', true],
    ],
  );
});

test('a path in the url is the prefix that the server was given', async (t) => {
  const { feed, world } = newFeed();
  guarded(t, { url: 'http://hallpass.test/-/passes/' }, { feed, world });
  await world.rest();
  assert.equal(feed.seen[0]?.path, '/-/passes/feed/snapshot');
});

test('a replica has a name of its own, made of the host and chance', async (t) => {
  const { feed, world } = newFeed();
  guarded(t, {}, { feed, world });
  guarded(t, {}, { feed, world });
  await world.rest();
  const names = new Set(feed.seen.map(({ headers }) => headers.get('hallpass-replica')));
  assert.equal(names.size, 2);
  for (const name of names) assert.match(name ?? '', /^test-[0-9a-f]{10}$/);
});

test('trouble that nobody listens for becomes a warning, once', async (t) => {
  const { world } = newFeed();
  world.fetch = () => Promise.reject(new TypeError('fetch failed'));
  const guard = connect({ url: 'http://hallpass.test', key: KEY, surroundings: world });
  t.after(() => guard.close());
  await world.pass(10_000);
  assert.equal(world.warnings.length, 1);
  assert.match(world.warnings[0] ?? '', /^http:\/\/hallpass\.test does not answer/);
});

test('trouble that comes again after all was well is told again', async (t) => {
  const { feed, world, troubles } = await following(t);
  const { fetch } = feed;
  for (let i = 1; i <= 2; i++) {
    world.fetch = () => Promise.reject(new TypeError('fetch failed'));
    feed.cut();
    await world.pass(5_000);
    assert.equal(troubles.length, i);
    world.fetch = fetch;
    await world.until(() => feed.streams === 1);
  }
});

test('names are left out where they are not wanted', async (t) => {
  for (const names of [true, false]) {
    const { guard, world } = guarded(t, { names });
    await world.rest();
    const verdict = guard.check(`Bearer ${secretOf(0)}`, { write: false });
    assert.ok(verdict.allow);
    assert.equal(verdict.principal.name, names ? 'token 0' : '');
  }
});

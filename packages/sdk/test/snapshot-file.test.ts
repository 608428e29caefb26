import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { coldStart, ended, inodeOf, kept, place } from './cold-start.ts';
import { type Guarded, guarded, newFeed } from './guarded.ts';
import { KEY, secretOf, tokenOf } from './model-feed.ts';

/** Rows whose writing takes a while. */
const MANY = 500;
const OTHER_KEY = 'hpo_22222222222222222222222222222230socB';

test('C98: with the server down a guard starts from its file, and knows what came behind the snapshot', async (t) => {
  const snapshotFile = place(t);
  await kept(t, snapshotFile, ({ feed }) => {
    feed.remove(0);
    feed.put(tokenOf(2, { write: false }));
  });
  const { guard, verdict, troubles } = await coldStart(t, { snapshotFile }, 3_600_000);
  await guard.ready();
  assert.deepEqual(
    [verdict(0), verdict(1), verdict(2), verdict(2, true)],
    ['unknown', 'allow', 'allow', 'read_only'],
  );
  assert.equal(guard.fresh, false);
  assert.equal(guard.ageMs, 3_600_000);
  assert.deepEqual(
    troubles.map(({ code }) => code),
    ['unreachable'],
  );
});

test('C98: without a file it fails closed', async (t) => {
  const { verdict } = await coldStart(t, { snapshotFile: place(t) });
  assert.equal(verdict(0), 'not_ready');
});

test('a file that is too old serves no verdict', async (t) => {
  const snapshotFile = place(t);
  await kept(t, snapshotFile);
  const { verdict } = await coldStart(t, { snapshotFile, maxStaleness: 60_000 }, 61_000);
  assert.equal(verdict(0), 'stale');
});

test('a start from the file asks the server for the tail alone', async (t) => {
  const snapshotFile = place(t);
  const { feed, world } = await kept(t, snapshotFile);
  feed.seen.length = 0;
  feed.put(tokenOf(3));
  const again = guarded(t, { snapshotFile }, { feed, world });
  await world.whenReal(() => again.guard.fresh && again.guard.revision === 3);
  assert.equal(again.verdict(3), 'allow');
  assert.equal(feed.seenAt('/_/feed/snapshot').length, 0);
  await ended(again);
  const cold = await coldStart(t, { snapshotFile });
  assert.equal(cold.verdict(3), 'allow');
});

test('C6: a place is confirmed once the file has it too', async (t) => {
  const snapshotFile = place(t);
  const all = guarded(t, { snapshotFile });
  const { feed, world, guard } = all;
  await world.whenReal(() => guard.fresh && feed.streams === 1);
  feed.remove(0);
  feed.broadcast({ kind: 'confirm', position: feed.head });
  await world.whenReal(() => feed.seenAt('/_/feed/applied').length === 1);
  // No end, no flush: as the process would leave it behind if it died here.
  const copy = place(t);
  writeFileSync(copy, readFileSync(snapshotFile));
  const cold = await coldStart(t, { snapshotFile: copy });
  assert.equal(cold.verdict(0), 'unknown');
});

test('C6: a place from which a stream is asked, which counts as confirmed, is in the file too', async (t) => {
  const snapshotFile = place(t);
  const all = guarded(t, { snapshotFile });
  const { feed, world, guard } = all;
  await world.whenReal(() => guard.fresh && feed.streams === 1);
  world.chance = () => 0;
  for (let i = 0; i < MANY; i++) feed.put(tokenOf(2, { write: i % 2 === 0 }));
  feed.remove(0);
  await world.whenReal(() => guard.revision === feed.head.revision);
  const copy = place(t);
  const { fetch } = world;
  world.fetch = (input, init) => {
    if (String(input).endsWith('/feed')) writeFileSync(copy, readFileSync(snapshotFile));
    return fetch(input, init);
  };
  feed.cut();
  await world.pass(0);
  await world.whenReal(() => feed.streams === 1);
  const cold = await coldStart(t, { snapshotFile: copy });
  assert.deepEqual([cold.guard.revision, cold.verdict(0)], [guard.revision, 'unknown']);
});

test('the file is for its owner alone, has no name, id or digest to be read, and no other file stays beside it', async (t) => {
  const snapshotFile = place(t);
  await kept(t, snapshotFile);
  assert.equal(statSync(snapshotFile).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(join(snapshotFile, '..')), ['tokens.snapshot']);
  const text = readFileSync(snapshotFile).toString('latin1');
  for (const secret of [secretOf(0), tokenOf(0).name, tokenOf(0).id, tokenOf(0).digest, KEY])
    assert.ok(!text.includes(secret));
});

const DAMAGE: Readonly<Record<string, (file: string) => void>> = {
  'of another kind': (file) => writeFileSync(file, 'a list of groceries, and nothing else'),
  empty: (file) => writeFileSync(file, ''),
  'cut short': (file) => truncateSync(file, 60),
  'changed in one byte': (file) => {
    const bytes = readFileSync(file);
    bytes[70] = (bytes[70] as number) ^ 1;
    writeFileSync(file, bytes);
  },
};

for (const [kind, damage] of Object.entries(DAMAGE)) {
  test(`C98: a file that is ${kind} is named, not used, and replaced`, async (t) => {
    const snapshotFile = place(t);
    await kept(t, snapshotFile);
    damage(snapshotFile);
    const cold = await coldStart(t, { snapshotFile });
    assert.equal(cold.verdict(0), 'not_ready');
    assert.equal(cold.troubles[0]?.code, 'snapshot_file');
    assert.ok(cold.troubles[0]?.message.includes(snapshotFile));
    await kept(t, snapshotFile);
    assert.equal((await coldStart(t, { snapshotFile })).verdict(0), 'allow');
  });
}

/** A file with a revocation behind its snapshot. */
async function withRevocation(t: TestContext): Promise<string> {
  const snapshotFile = place(t);
  await kept(t, snapshotFile, ({ feed }) => {
    feed.remove(0);
    feed.put(tokenOf(2));
  });
  return snapshotFile;
}

/** Where the records of a file end. */
function endsOf(bytes: Buffer): number[] {
  const ends: number[] = [];
  for (let at = 21; at < bytes.length; ends.push(at)) at += 32 + bytes.readUInt32BE(at);
  return ends;
}

test('a file with a broken record in the middle serves no verdict: what is behind may be a revocation', async (t) => {
  const snapshotFile = await withRevocation(t);
  const bytes = readFileSync(snapshotFile);
  const last = endsOf(bytes).at(-2) as number;
  bytes[last - 1] = (bytes[last - 1] as number) ^ 1;
  writeFileSync(snapshotFile, bytes);
  const cold = await coldStart(t, { snapshotFile });
  assert.equal(cold.verdict(0), 'not_ready');
  assert.match(cold.troubles[0]?.message ?? '', /is not used\. The file is damaged/);
  await ended(cold);
  assert.deepEqual(readFileSync(snapshotFile), bytes);
});

test('a file that cannot be read to its end serves no verdict, stays as it is, and is used once it can be', async (t) => {
  const snapshotFile = await withRevocation(t);
  const bytes = readFileSync(snapshotFile);
  const handle = await open(import.meta.filename);
  const prototype = Object.getPrototypeOf(handle);
  const { read } = prototype;
  await handle.close();
  let reads = 0;
  const { mock } = t.mock.method(prototype, 'read', function (this: unknown, buffer: Buffer) {
    // What one read gives ends before the revocation.
    if (++reads === 1) return Reflect.apply(read, this, [buffer, 0, endsOf(bytes)[0]]);
    return Promise.reject(Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' }));
  });
  const failed = await coldStart(t, { snapshotFile });
  mock.restore();
  assert.equal(failed.verdict(0), 'not_ready');
  assert.match(failed.troubles[0]?.message ?? '', /is not used\. EIO/);
  await ended(failed);
  assert.deepEqual(readFileSync(snapshotFile), bytes);
  const cold = await coldStart(t, { snapshotFile });
  assert.deepEqual([cold.verdict(0), cold.verdict(2)], ['unknown', 'allow']);
});

test('while a file is read no verdict goes by what has been read so far', async (t) => {
  const snapshotFile = await withRevocation(t);
  const surrounding = newFeed();
  surrounding.world.fetch = () => Promise.reject(new TypeError('fetch failed'));
  const all = guarded(t, { snapshotFile }, surrounding);
  const seen = new Set<string>();
  await surrounding.world.whenReal(() => {
    seen.add(all.verdict(0));
    return all.troubles.length > 0;
  });
  assert.deepEqual([...seen], ['not_ready', 'unknown']);
});

test('a file that was sealed with another key is named, and not used', async (t) => {
  const snapshotFile = place(t);
  await kept(t, snapshotFile);
  const { verdict, troubles } = await coldStart(t, { snapshotFile, key: OTHER_KEY });
  assert.equal(verdict(0), 'not_ready');
  assert.match(troubles[0]?.message ?? '', /sealed with another key/);
});

test('a key that is changed while a guard runs seals the file once it is used', async (t) => {
  const snapshotFile = place(t);
  const keyFile = `${snapshotFile}.key`;
  writeFileSync(keyFile, KEY);
  const all = guarded(t, { snapshotFile, keyFile });
  const { feed, world } = all;
  await world.whenReal(() => feed.streams === 1);
  feed.cut();
  await world.untilReal(() => feed.streams === 1);
  assert.equal(feed.seenAt('/_/feed/snapshot').length, 1);
  writeFileSync(keyFile, OTHER_KEY);
  const before = inodeOf(snapshotFile);
  feed.cut();
  await world.untilReal(() => feed.streams === 1);
  await world.whenReal(() => ![before, undefined].includes(inodeOf(snapshotFile)));
  await ended(all);
  assert.equal((await coldStart(t, { snapshotFile, key: OTHER_KEY })).verdict(0), 'allow');
});

test('wherever the file ends after a crash, what is whole of it is one state that the server had', async (t) => {
  const snapshotFile = place(t);
  await kept(t, snapshotFile, ({ feed }) => feed.remove(0));
  const whole = readFileSync(snapshotFile);
  const cut = place(t);
  const seen = new Set<string>();
  for (let length = 0; length <= whole.length; length += 7) {
    writeFileSync(cut, whole.subarray(0, length));
    const { guard, verdict, world } = await coldStart(t, { snapshotFile: cut });
    seen.add(`${guard.revision} ${verdict(0)} ${verdict(1)}`);
    await ended({ guard, world } as Guarded);
  }
  assert.deepEqual(
    [...seen].sort(),
    ['0 not_ready not_ready', '2 allow allow', '3 unknown allow'].slice(0, seen.size),
  );
  assert.ok(seen.size >= 2);
});

/** No file is read or written until what this returns is called: those that are under way have all the threads. */
function hangDisks(folder: string): () => Promise<void> {
  const threads = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4);
  const pipes = Array.from({ length: threads }, (_, i) => join(folder, `pipe ${i}`));
  execFileSync('mkfifo', pipes);
  const opening = pipes.map((pipe) => open(pipe, 'r'));
  return async () => {
    const ends = pipes.map((pipe) => openSync(pipe, 'r+'));
    for (const handle of await Promise.all(opening)) await handle.close();
    for (const end of ends) closeSync(end);
  };
}

test('changes go on to arrive while the disk hangs; it is named, and the file is replaced once it can be', async (t) => {
  const snapshotFile = place(t);
  const all = guarded(t, { snapshotFile });
  const { guard, feed, world, troubles, verdict } = all;
  await world.whenReal(() => guard.fresh && feed.streams === 1);
  const release = hangDisks(join(snapshotFile, '..'));
  try {
    feed.remove(0);
    feed.broadcast({ kind: 'reset', reason: 'trimmed' });
    await world.until(() => feed.streams === 1);
    feed.remove(1);
    await world.rest();
    assert.deepEqual([verdict(0), verdict(1)], ['unknown', 'unknown']);
    assert.match(troubles.at(-1)?.message ?? '', /cannot be written \(ETIMEDOUT\)/);
  } finally {
    await release();
  }
  feed.put(tokenOf(2));
  const { ino } = statSync(snapshotFile);
  while (statSync(snapshotFile).ino === ino) {
    feed.broadcast({ kind: 'reset', reason: 'trimmed' });
    await world.untilReal(() => feed.streams === 1);
  }
  await ended(all);
  const cold = await coldStart(t, { snapshotFile });
  assert.deepEqual([cold.verdict(0), cold.verdict(2)], ['unknown', 'allow']);
});

test('a file that cannot be written is named, and verdicts go on', async (t) => {
  const snapshotFile = join(place(t), 'no', 'such', 'folder');
  const all = guarded(t, { snapshotFile });
  await all.world.whenReal(() => all.guard.fresh && all.troubles.length > 0);
  assert.match(all.troubles[0]?.message ?? '', /cannot be written \(ENOENT\)/);
  assert.equal(all.verdict(0), 'allow');
});

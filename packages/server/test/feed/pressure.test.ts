import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FIRST_CHAIN } from '@hallpass/core/change';
import { formatPosition } from '@hallpass/core/replica-position';
import { chainOf, type Frame } from '@hallpass/core/wire-feed';
import { EVERYTHING, NOW } from '../store/samples.ts';
import { type Connection, connect } from './follower.ts';
import { type FeedStand, feedStand } from './stand.ts';

const NOWHERE = 'http://localhost';
/** More than is buffered for a stream that catches up: about 1 MB of frames. */
const MANY = 800;
/** More than is buffered for one that follows. */
const TOO_MANY = 4_500;

async function fromTheFirst({ socketPath, store }: FeedStand): Promise<Connection> {
  const { epoch } = await store.readHead();
  return connect(NOWHERE, formatPosition({ epoch, revision: 0, chain: FIRST_CHAIN }), { socketPath });
}

/** Rows 1, 2, 3 …, each chained to the one before; how many. */
function assertWhole(frames: readonly Frame[]): number {
  let previous = FIRST_CHAIN;
  let revision = 0;
  for (const frame of frames) {
    if (frame.kind !== 'change') continue;
    assert.equal(frame.row.revision, ++revision);
    assert.deepEqual(Buffer.from(chainOf(previous, frame.row)), Buffer.from(frame.row.chain));
    previous = frame.row.chain;
  }
  return revision;
}

describe('a client that does not keep up', () => {
  test('is cut with resume when it follows, and nothing is left out before', async (t) => {
    const stand = await feedStand(t);
    const stream = await fromTheFirst(stand);
    await stream.frame('hello');
    stream.stall();
    await stand.commit(TOO_MANY);
    while (stand.feed.ended.slow === 0) await stand.commit(1);
    stream.response.resume();
    await stream.end();
    const last = stream.frames.at(-1);
    assert.ok(last?.kind === 'resume' && last.reason === 'slow');
    assert.ok(assertWhole(stream.frames) > 0);
  });

  test('is cut with resume when it catches up and reads nothing for ten seconds', async (t) => {
    const stand = await feedStand(t, MANY);
    const stream = await fromTheFirst(stand);
    await stream.frame('hello');
    stream.stall();
    while (stand.feed.ended.slow === 0) {
      stand.pass(6_000);
      await stand.commit(1);
    }
    stream.response.resume();
    await stream.end();
    assert.ok(assertWhole(stream.frames) < MANY);
  });

  test('gets everything when it reads on in time', async (t) => {
    const stand = await feedStand(t, MANY);
    const stream = await fromTheFirst(stand);
    await stream.until(() => stream.frames.length > 100);
    stream.stall();
    await stand.commit(10);
    stream.response.resume();
    await stream.until(() => stream.frames.filter(({ kind }) => kind === 'change').length === MANY + 10);
    assert.equal(assertWhole(stream.frames), MANY + 10);
  });

  test('C92: is reset when what it has yet to get was trimmed, and sees no gap', async (t) => {
    const stand = await feedStand(t, MANY);
    const stream = await fromTheFirst(stand);
    await stream.frame('hello');
    stream.stall();
    while ((await stand.store.trimChanges({ since: NOW + 1, rows: 1 }, EVERYTHING)) > 0);
    stream.response.resume();
    await stream.end();
    const last = stream.frames.at(-1);
    assert.ok(last?.kind === 'reset' && last.reason === 'trimmed');
    assert.ok(assertWhole(stream.frames) < MANY);
  });
});

describe('trimming', () => {
  test('C91: the oldest row that is kept is followed on from, the one before it is not', async (t) => {
    const stand = await feedStand(t, 5);
    const rows = await stand.store.listChanges(0, 10);
    assert.equal(await stand.store.trimChanges({ since: 0, rows: 3 }, EVERYTHING), 2);
    const { epoch } = await stand.store.readHead();
    for (const { revision, chain } of rows) {
      const { socketPath } = stand;
      const stream = await connect(NOWHERE, formatPosition({ epoch, revision, chain }), { socketPath });
      await stream.until(() => stream.frames.length > 0);
      assert.equal(stream.frames[0]?.kind, revision < 3 ? 'reset' : 'hello', String(revision));
      stream.close();
    }
  });

  test('C92: while it is followed leaves no gap', async (t) => {
    const stand = await feedStand(t);
    const stream = await fromTheFirst(stand);
    for (let i = 1; i <= 20; i++) {
      await stand.commit(10);
      await stand.store.trimChanges({ since: NOW + 1, rows: 1 }, EVERYTHING);
    }
    await stream.until(() => stream.frames.filter(({ kind }) => kind === 'change').length === 200);
    assert.equal(assertWhole(stream.frames), 200);
  });
});

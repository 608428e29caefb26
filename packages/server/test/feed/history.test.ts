import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatPosition } from '@hallpass/core/replica-position';
import { startServer } from '../server.ts';
import { connect, follow } from './follower.ts';
import { assertPromises, type Told } from './history.ts';

const CLIENTS = 6;
const CHANGES = 300;
const WRITERS = 5;

test('what several clients are told while many write is ordered, unique, reliable, atomic, resumable and bookmarked', async (t) => {
  const server = await startServer(t);
  const start = formatPosition((await follow(t, server.url)).place);
  let written = false;

  /** Leaves after some rows, in a way of its own, and goes on behind the last row it had. */
  const client = async (number: number): Promise<Told[]> => {
    const history: Told[] = [];
    let from = start;
    for (let round = 0; !written || from !== formatPosition(await head()); round++) {
      const polls = (number + round) % 3 === 0;
      const stream = await connect(server.url, from, polls ? { query: '?poll=100' } : {});
      history.push({ from, frames: stream.frames });
      const patience = 1 + ((number * 7 + round * 5) % 40);
      await stream
        .until(
          () =>
            stream.frames.some(({ kind }) => kind === 'heartbeat') ||
            stream.frames.filter(({ kind }) => kind === 'change').length >= patience,
        )
        .catch(() => undefined);
      stream.close();
      const last = stream.frames.findLast((frame) => frame.kind === 'change');
      if (last?.kind === 'change') from = formatPosition({ ...last.row, epoch: last.epoch });
    }
    return history;
  };
  const head = async () => {
    const poll = await connect(server.url, start, { query: '?poll=1' });
    await poll.end();
    const beat = poll.frames.findLast((frame) => frame.kind === 'heartbeat');
    assert.ok(beat?.kind === 'heartbeat');
    return beat.position;
  };
  const write = async (writer: number): Promise<void> => {
    for (let i = 0; i < CHANGES / WRITERS; i++) {
      const name = `${writer} ${i % 7}`;
      const body = { name, description: String(i) };
      const method = i % 5 === 4 ? 'DELETE' : i % 7 < 3 ? 'POST' : 'PATCH';
      await server.call(method, '/_/token', { body: method === 'DELETE' ? { name } : body });
    }
  };
  const writing = Promise.all(Array.from({ length: WRITERS }, (_, i) => write(i))).then(() => {
    written = true;
  });
  const histories = await Promise.all(Array.from({ length: CLIENTS }, (_, i) => client(i)));
  await writing;
  const { revision } = await head();
  assert.ok(revision > 50);
  for (const history of histories) {
    assertPromises(history);
    const rows = history.flatMap(({ frames }) => frames.filter(({ kind }) => kind === 'change'));
    assert.equal(rows.length, revision - 1);
  }
});

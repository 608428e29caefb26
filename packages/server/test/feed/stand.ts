import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { digestOf } from '@hallpass/core/digest';
import { parsePosition } from '@hallpass/core/replica-position';
import { Feed } from 'hallpass/http/feed/feed';
import { createLogger } from 'hallpass/log';
import { Operators } from 'hallpass/operators';
import { openSqlite } from 'hallpass/store/sqlite/open';
import type { Store } from 'hallpass/store/store';
import { atEnd, temporaryFolder } from '../server.ts';
import { create, NOW, sampleOperator, sampleToken } from '../store/samples.ts';

export interface FeedStand {
  /** A socket file: the system buffers little of what is not read. */
  readonly socketPath: string;
  readonly store: Store;
  readonly feed: Feed;
  /** Lets this much time pass on the feed's clock, in milliseconds. */
  pass(ms: number): void;
  /** Rows that are long, one after the other. */
  commit(count: number): Promise<void>;
}

const LONG_NAME = '🗝'.repeat(240);

/** A feed over a store, without what stands around it in a server: its clock and its store are the test's. */
export async function feedStand(context: TestContext, before = 0): Promise<FeedStand> {
  let now = NOW;
  const folder = temporaryFolder(context);
  const socketPath = join(folder, 'socket');
  const store = await openSqlite({
    file: join(folder, 'hallpass.db'),
    random: randomBytes,
    clock: () => now,
  });
  atEnd(context, () => store.close());
  const commit = async (count: number): Promise<void> => {
    const tokens = Array.from({ length: count }, () => sampleToken());
    await Promise.all(
      tokens.map((token) =>
        create(store, { ...token, name: `${token.id}${LONG_NAME}`, digest: digestOf(token.id) }),
      ),
    );
  };
  await commit(before);
  const operators = new Operators();
  const operator = sampleOperator();
  operators.put(operator);
  const live = { operators, revision: 0 };
  const log = createLogger('silent', { write: () => undefined });
  const feed = await Feed.open({ store, live, clock: () => now, log, maxStreams: 100 });
  const server = createServer((request, response) => {
    const from = parsePosition(String(request.headers['last-event-id']));
    if (!from) throw new Error('There is no place.');
    const follower = { operator, name: 'one', from, kept: true, poll: null, requestId: 'r' };
    void feed.follow(follower, () => response);
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  atEnd(context, () => server.close());
  atEnd(context, () => feed.stop());
  return {
    socketPath,
    store,
    feed,
    pass: (ms) => {
      now += ms;
    },
    commit,
  };
}

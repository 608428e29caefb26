import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { Unread } from 'hallpass/listen/unread';

/** More than any system keeps for a client that does not read. */
const MUCH = Buffer.alloc(64 * 1024 * 1024);

/** Both ends of a connection; the client reads nothing until it is told to. */
async function connection(t: TestContext): Promise<{ server: Socket; client: Socket }> {
  const listening = createServer().listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const accepted = once(listening, 'connection');
  const client = connect((listening.address() as { port: number }).port, '127.0.0.1').pause();
  const [server] = (await accepted) as [Socket];
  for (const socket of [server, client]) socket.on('error', () => {});
  t.after(() => {
    client.destroy();
    server.destroy();
    listening.close();
  });
  return { server, client };
}

test('whoever leaves unread what was sent is cut', async (t) => {
  const { server } = await connection(t);
  server.write(MUCH);
  new Unread(1).look([server]);
  await once(server, 'close');
});

test('whoever reads it all in the time that is given may be silent after that', async (t) => {
  const { server, client } = await connection(t);
  const unread = new Unread(60_000);
  server.write(MUCH);
  unread.look([server]);
  assert.equal(server.timeout, 60_000);
  client.resume();
  await once(server, 'drain');
  unread.look([server]);
  assert.equal(server.timeout, 0);
});

test('who has nothing to read, or a time limit already, is given none', async (t) => {
  const { server } = await connection(t);
  const unread = new Unread(1);
  unread.look([server]);
  assert.equal(server.timeout, undefined);
  server.setTimeout(1_000_000);
  server.write(MUCH);
  unread.look([server]);
  assert.equal(server.timeout, 1_000_000);
});

test('a time limit that was set since is left as it is', async (t) => {
  const { server, client } = await connection(t);
  const unread = new Unread(60_000);
  server.write(MUCH);
  unread.look([server]);
  server.setTimeout(1_000_000);
  client.resume();
  await once(server, 'drain');
  unread.look([server]);
  assert.equal(server.timeout, 1_000_000);
});

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

function lookFor(unread: Unread, minutes: number, server: Socket): void {
  for (let minute = 0; minute < minutes; minute++) unread.look([server]);
}

test('whoever reads nothing for ten minutes of what was sent is cut, whatever else it sends', async (t) => {
  const { server, client } = await connection(t);
  const unread = new Unread();
  server.write(MUCH);
  unread.look([server]);
  client.write('still here');
  await once(server, 'data');
  lookFor(unread, 9, server);
  assert.equal(server.destroyed, false);
  // More to read is no progress.
  server.write(MUCH);
  unread.look([server]);
  assert.equal(server.destroyed, true);
});

test('whoever has read a part of it in the meantime has ten minutes more', async (t) => {
  const { server, client } = await connection(t);
  const unread = new Unread();
  const first = new Promise((resolve) => server.write(MUCH, resolve));
  server.write(MUCH);
  unread.look([server]);
  client.resume();
  await first;
  client.pause();
  lookFor(unread, 10, server);
  assert.equal(server.destroyed, false);
  unread.look([server]);
  assert.equal(server.destroyed, true);
});

test('who has nothing to read may be silent for as long as it likes', async (t) => {
  const { server, client } = await connection(t);
  const unread = new Unread();
  server.write(MUCH);
  unread.look([server]);
  client.resume();
  await once(server, 'drain');
  lookFor(unread, 30, server);
  assert.equal(server.destroyed, false);
});

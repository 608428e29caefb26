import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { startServer } from '../server.ts';

test('a client that goes away in the middle of a body leaves no error in the log', async (t) => {
  const server = await startServer(t);
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.on('error', () => {});
  const head = ['POST /_/token HTTP/1.1', 'Host: x', `Authorization: Bearer ${server.ownerKey}`];
  socket.write([...head, 'Content-Length: 20', 'Expect: 100-continue', '', ''].join('\r\n'));
  // The 100 says that the server waits for the body by now.
  await once(socket, 'data');
  socket.write('{"na');
  socket.destroy();
  await once(socket, 'close');
  await server.stop();
  assert.doesNotMatch(server.log(), /api request failed/);
});

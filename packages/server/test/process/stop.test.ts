import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, statSync, watch } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { OWNER_KEY } from './ask.ts';
import { Creators, create, verify } from './clients.ts';
import { place, type ReadyServer } from './place.ts';

const env = { HALLPASS_OWNER_KEY: OWNER_KEY };
const BODY = '{"name":"half sent"}';

/** A create of which the server has seen the head, and waits for the body. */
async function accepted({ address }: ReadyServer): Promise<{ socket: Socket; received: () => string }> {
  const socket = connect(Number(new URL(address).port), '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const head = ['POST /_/token HTTP/1.1', 'Host: x', `Authorization: Bearer ${OWNER_KEY}`];
  socket.write(`${[...head, 'Expect: 100-continue', `Content-Length: ${BODY.length}`].join('\r\n')}\r\n\r\n`);
  while (!text.includes('100 Continue')) await once(socket, 'data');
  return { socket, received: () => text };
}

for (const signal of ['SIGTERM', 'SIGINT'] as const)
  test(`C111: ${signal} under load: what was accepted is answered and stored, then it ends with 0`, async (t) => {
    const made = place(t);
    const server = await made.serve({ env });
    const { socket, received } = await accepted(server);
    const creators = new Creators(server.address, 'load', 8, (count) => {
      if (count === 40) server.child.kill(signal);
    });
    await server.printed('"msg":"stopping"');
    const ended = once(socket, 'close');
    socket.write(`${BODY}GET /_/health/ready HTTP/1.1\r\nHost: x\r\n\r\n`);
    await ended;
    assert.match(received(), /HTTP\/1\.1 201 Created[\s\S]*"token":"hp_/);
    assert.match(received(), /HTTP\/1\.1 503 Service Unavailable[\s\S]*\{"status":"stopping"\}/);
    await creators.done;
    assert.deepEqual(creators.refused, []);
    // A stop that takes longer than 9.5 s ends with 1.
    assert.equal((await server.ended).code, 0);
    const log = join(made.data, 'hallpass.db-wal');
    assert.ok(!existsSync(log) || statSync(log).size === 0, 'everything is in the main file');

    const next = await made.serve({ env });
    const values = creators.acknowledged.map(({ token }) => token);
    assert.ok(values.length >= 40);
    assert.ok((await verify(next.address, values)).every((status) => status === 200));
    const found = await next.ask({ path: '/_/token?search=half%20sent', key: OWNER_KEY });
    assert.equal(found.body.data.length, 1);
  });

test('what is under way when it is to stop is answered with Connection: close', async (t) => {
  const server = await place(t).serve({ env });
  const { socket, received } = await accepted(server);
  server.child.kill('SIGTERM');
  await server.printed('"msg":"stopping"');
  const ended = once(socket, 'close');
  socket.write(BODY);
  await ended;
  assert.match(received(), /HTTP\/1\.1 201 Created\r\n(?:.+\r\n)*Connection: close\r\n/i);
  assert.equal((await server.ended).code, 0);
});

test('C111: a second signal ends it at once, whatever is under way', async (t) => {
  const server = await place(t).serve({ env });
  const { socket } = await accepted(server);
  socket.on('error', () => socket.destroy());
  server.child.kill('SIGTERM');
  await server.printed('"msg":"stopping"');
  server.child.kill('SIGTERM');
  assert.equal((await server.ended).code, 143);
});

test('C111: a signal during the start ends it in order: 0, and the next start finds all in place', async (t) => {
  const { data, launch, serve } = place(t);
  mkdirSync(data);
  const watcher = watch(data, (_event, name) => name === 'secret.key' && server.child.kill('SIGTERM'));
  const server = launch({ env });
  assert.equal((await server.ended).code, 0);
  watcher.close();
  const again = await serve({ env });
  assert.equal((await again.ask({ path: '/_/token', key: OWNER_KEY })).status, 200);
});

test('SIGHUP ends nothing where there is no certificate, and a reader of the log that has gone ends nothing', async (t) => {
  const server = await place(t).serve({ env });
  server.child.kill('SIGHUP');
  server.child.stdout?.destroy();
  for (const name of ['a', 'b', 'c']) assert.equal((await create(server.address, name)).status, 201);
  server.child.kill('SIGTERM');
  assert.equal((await server.ended).code, 0);
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { OWNER_KEY } from './ask.ts';
import { type Place, place, type ReadyServer } from './place.ts';

async function service(t: TestContext, server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const NAMED = (name: string) => createServer((_request, response) => response.end(name));

function write({ folder }: Place, content: unknown): string {
  const file = join(folder, 'gate.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

function serveWith(at: Place, file: string): Promise<ReadyServer> {
  return at.serve({ words: ['--gate-file', file], env: { HALLPASS_OWNER_KEY: OWNER_KEY } });
}

async function textAt({ address }: ReadyServer): Promise<string> {
  return (await fetch(`${address}/x`)).text();
}

/** Has the server read its files again, and waits until it says what came of it. */
async function reload(server: ReadyServer, count: number): Promise<Record<string, unknown>> {
  server.child.kill('SIGHUP');
  const lines = () =>
    server
      .output()
      .split('\n')
      .filter((line) => line.includes('gate file'));
  while (lines().length < count) await once(server.child.stdout as NodeJS.ReadableStream, 'data');
  return JSON.parse(lines().at(-1) ?? '{}') as Record<string, unknown>;
}

for (const [what, content] of [
  ['that is no JSON', '{'],
  ['with a mistake', { upstreams: [{ to: 'http://127.0.0.1:1' }], rules: [{ path: 'x', access: 'read' }] }],
] as const)
  test(`a gate file ${what} stops the start with 2 and makes nothing`, async (t) => {
    const at = place(t);
    const { code, stdout, stderr } = await at.launch({ words: ['--gate-file', write(at, content)] }).ended;
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /^[^\n]*gate\.json: (is not valid JSON|rules\[0\]\.path: must begin with)[^\n]*\n$/);
  });

test('on SIGHUP the gate file is read again: the new one holds from then on, a bad one changes nothing', async (t) => {
  const at = place(t);
  const [one, two] = [await service(t, NAMED('one')), await service(t, NAMED('two'))];
  const open = (to: string) => ({ upstreams: [{ to }], rules: [{ path: '/x', access: 'public' }] });
  const file = write(at, open(one));
  const server = await serveWith(at, file);
  const get = () => textAt(server);
  assert.equal(await get(), 'one');

  write(at, open(two));
  assert.equal(await get(), 'one');
  assert.equal((await reload(server, 1))['level'], 'info');
  assert.equal(await get(), 'two');

  let count = 1;
  for (const bad of ['', '{"upstreams": []}', '{"upstreams": [{"to": "http://127.0.0.1:1", "tls": true}]}']) {
    write(at, bad);
    const line = await reload(server, ++count);
    assert.deepEqual([line['level'], line['code'], line['file']], ['error', 'gate_file_unusable', file]);
    assert.equal(line['msg'], 'the new gate file cannot be used; the old one stays');
    assert.equal(await get(), 'two');
  }
  rmSync(file);
  assert.equal((await reload(server, ++count))['level'], 'error');
  assert.equal(await get(), 'two');

  write(at, { upstreams: [{ to: two }] });
  await reload(server, ++count);
  assert.equal((await server.ask({ path: '/x' })).status, 401);
});

test('a request that is under way when the gate file changes finishes by the old one', async (t) => {
  const at = place(t);
  const slow = createServer();
  const asked = once(slow, 'request');
  const file = write(at, {
    upstreams: [{ to: await service(t, slow) }],
    rules: [{ path: '/x', access: 'public' }],
  });
  const server = await serveWith(at, file);
  const answer = textAt(server);
  const [, response] = (await asked) as [unknown, ServerResponse];
  response.write('begun ');
  write(at, { upstreams: [{ to: await service(t, NAMED('new')) }] });
  await reload(server, 1);
  assert.equal((await server.ask({ path: '/x' })).status, 401);
  response.end('and finished');
  assert.equal(await answer, 'begun and finished');
});

test('a changed token counts for streams that are open: a revoked one ends them', async (t) => {
  const at = place(t);
  const events = createServer();
  const file = write(at, { upstreams: [{ to: await service(t, events) }] });
  const server = await serveWith(at, file);
  const call = (method: string, body: object) =>
    server.ask({ method, path: '/_/token', key: OWNER_KEY, body });
  const { data } = (await call('POST', { name: 'a' })).body;
  const upgraded = once(events, 'upgrade');
  const { hostname, port } = new URL(server.address);
  const client = connect(Number(port), hostname);
  t.after(() => client.destroy());
  client.write(
    `GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nAuthorization: Bearer ${data[0]?.['token']}\r\n\r\n`,
  );
  const [, socket] = await upgraded;
  socket.on('error', () => {});
  socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
  await once(client, 'data');
  const closed = Promise.all([once(client.resume(), 'close'), once(socket.resume(), 'end')]);
  assert.equal((await call('DELETE', { name: 'a' })).status, 200);
  await closed;
});

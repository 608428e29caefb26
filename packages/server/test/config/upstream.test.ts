import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { recordOf, startServer, temporaryFolder } from '../server.ts';

/** A service that answers with the target it was asked for; gives its port, or 0 on a socket. */
async function echoOn(context: TestContext, place: { port: 0 } | { path: string }): Promise<number> {
  const service = createServer((request, response) => response.end(request.url)).listen(place);
  context.after(() => service.close());
  await once(service, 'listening');
  return 'path' in place ? 0 : (service.address() as AddressInfo).port;
}

async function throughGate(context: TestContext, upstream: string): Promise<string> {
  const server = await startServer(context, { upstream });
  const key = String(recordOf(await server.call('POST', '/_/token', { body: { name: 'x' } }))['token']);
  const answer = await server.call('GET', '/hello?x=1', { key });
  assert.equal(answer.status, 200);
  assert.equal((await server.call('GET', '/hello', { key: null })).status, 401);
  return answer.text;
}

test('the gate reaches a service on a unix socket', async (context) => {
  const path = join(temporaryFolder(context), 'service.sock');
  await echoOn(context, { path });
  assert.equal(await throughGate(context, `unix:${path}`), '/hello?x=1');
});

test('a path in the upstream is put before every target', async (context) => {
  const port = await echoOn(context, { port: 0 });
  assert.equal(await throughGate(context, `http://127.0.0.1:${port}/api/v2/`), '/api/v2/hello?x=1');
  assert.equal(await throughGate(context, `http://127.0.0.1:${port}`), '/hello?x=1');
});

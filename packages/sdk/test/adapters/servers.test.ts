import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { Principal } from '@hallpass/core/principal';
import * as forExpress from '@hallpass/sdk/express';
import * as forFastify from '@hallpass/sdk/fastify';
import type { Checker } from '@hallpass/sdk/guard';
import * as forNode from '@hallpass/sdk/node';
import { fakeGuard } from '@hallpass/sdk/testing';
import express from 'express';
import { fastify } from 'fastify';
import { ask, stand } from './cases.ts';

/** A service that answers with the name of whom it let in. */
type Service = (t: TestContext, guard: Checker) => Promise<string>;

async function listening(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

function welcome(principal: Principal | null | undefined): string {
  assert.ok(principal);
  return `${principal.name}, ${principal.write ? 'writes' : 'reads'}`;
}

const SERVICES: Readonly<Record<string, Service>> = {
  'node:http': (t, guard) =>
    listening(
      t,
      forNode.hallpass(guard, (_request, response, principal) => void response.end(welcome(principal))),
    ),
  'Express 5': (t, guard) => {
    const app = express();
    app.use(forExpress.hallpass(guard));
    app.use((request, response) => void response.send(welcome(request.hallpass)));
    return listening(t, app);
  },
  'Fastify 5': async (t, guard) => {
    const app = fastify();
    await app.register(forFastify.hallpass, { guard });
    app.all('/', async (request) => welcome(request.hallpass));
    t.after(() => app.close());
    return `${await app.listen({ port: 0, host: '127.0.0.1' })}/`;
  },
};

for (const [name, service] of Object.entries(SERVICES)) {
  test(`${name}: refusals are those of the server, to the byte, and who comes in is known by name`, async (t) => {
    const { guard, reader, cases, server } = await stand(t);
    const url = await service(t, guard);
    for (const question of cases)
      assert.deepEqual(await ask(url, question), await server(question), question.name);
    const said = await ask(url, { method: 'GET', headers: ['Authorization', `Bearer ${reader}`] });
    assert.deepEqual([said.status, said.body], [200, 'reader, reads']);
  });

  test(`${name}: a guard that cannot decide answers 503 and when to come back`, async (t) => {
    const guard = fakeGuard();
    const url = await service(t, guard);
    for (const reason of ['not_ready', 'stale', 'fault'] as const) {
      guard.refusing = reason;
      const { status, headers, body } = await ask(url, { method: 'GET', headers: [] });
      assert.equal(status, 503);
      assert.ok(headers.includes('retry-after: 5'));
      assert.equal((JSON.parse(body) as { code: string }).code, 'not_ready');
    }
  });
}

test('Express: headers that were set before a refusal stay, as a browser needs them', async (t) => {
  const app = express();
  app.use((_request, response, next) => {
    response.set('Access-Control-Allow-Origin', '*');
    next();
  });
  app.use(forExpress.hallpass(fakeGuard()));
  const { status, headers } = await ask(await listening(t, app), { method: 'GET', headers: [] });
  assert.equal(status, 401);
  assert.ok(headers.includes('access-control-allow-origin: *'));
});

test('Fastify: a plugin of one part guards that part alone', async (t) => {
  const guard = fakeGuard();
  const app = fastify();
  app.get('/open', async () => 'open');
  await app.register(async (part) => {
    await part.register(forFastify.hallpass, { guard });
    part.get('/closed', async () => 'closed');
  });
  t.after(() => app.close());
  const statusOf = async (url: string) => (await app.inject({ url })).statusCode;
  assert.deepEqual([await statusOf('/open'), await statusOf('/closed')], [200, 401]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as forFetch from '@hallpass/sdk/fetch';
import type { Checker } from '@hallpass/sdk/guard';
import * as forHono from '@hallpass/sdk/hono';
import { fakeGuard } from '@hallpass/sdk/testing';
import { Hono } from 'hono';
import { headerLines, type Question, type Said, stand } from './cases.ts';

type Handler = (request: Request) => Response | Promise<Response>;

const HANDLERS: Readonly<Record<string, (guard: Checker) => Handler>> = {
  'a fetch handler': (guard) =>
    forFetch.hallpass(guard, (_request, { name }) => new Response(`hello ${name}`)),
  'Hono 4': (guard) => {
    const app = new Hono<{ Variables: forHono.HallpassVariables }>();
    app.use(forHono.hallpass(guard));
    app.all('/', (c) => c.text(`hello ${c.get('hallpass').name}`));
    return (request) => app.fetch(request);
  },
};

async function said(handler: Handler, { method, headers }: Question): Promise<Said> {
  const list = new Headers();
  for (let i = 0; i < headers.length; i += 2) list.append(headers[i] as string, headers[i + 1] as string);
  const response = await handler(new Request('http://service.test/', { method, headers: list }));
  return { status: response.status, headers: headerLines(response.headers), body: await response.text() };
}

for (const [name, make] of Object.entries(HANDLERS)) {
  test(`${name}: refusals are those of the server, to the byte, and who comes in is known by name`, async (t) => {
    const { guard, reader, cases, server } = await stand(t);
    const handler = make(guard);
    for (const question of cases)
      assert.deepEqual(await said(handler, question), await server(question), question.name);
    const { status, body } = await said(handler, {
      method: 'GET',
      headers: ['Authorization', `Bearer ${reader}`],
    });
    assert.deepEqual([status, body], [200, 'hello reader']);
  });
}

test('a fetch handler gets whatever else its runtime hands over', async () => {
  const guard = fakeGuard();
  const value = guard.issue();
  const handler = forFetch.hallpass(
    guard,
    (_request, _principal, env: { greeting: string }) => new Response(env.greeting),
  );
  const request = new Request('http://service.test/', { headers: { Authorization: `Bearer ${value}` } });
  assert.equal(await (await handler(request, { greeting: 'hi' })).text(), 'hi');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bearer, bytesOf, headerOf, RawClient } from '../http/raw-client.ts';
import { OWNER_KEY, startServer } from '../server.ts';

function portOf(url: string): number {
  return Number(new URL(url).port);
}

test('C61: nobody is asked for a body before it is known who it is', async (t) => {
  const server = await startServer(t);
  for (const [line, status] of [
    ['X: y', 401],
    [bearer('hpo_1111111111111111111111111111124nlOib'), 401],
    ['Authorization: Bearer', 400],
  ] as const) {
    const client = await RawClient.open(t, portOf(server.url));
    client.send(bytesOf('POST', '/_/token', [line, 'Expect: 100-continue', 'Content-Length: 20']));
    const answer = await client.answer();
    assert.equal(answer.status, status);
    assert.equal(headerOf(answer, 'Connection'), 'close');
  }
});

test('C61: an operator is told to go on, unless its body is too long', async (t) => {
  const server = await startServer(t);
  const body = '{"name":"a"}';
  const client = await RawClient.open(t, portOf(server.url));
  const lines = [bearer(OWNER_KEY), 'Expect: 100-continue'];
  client.send(bytesOf('POST', '/_/token', [...lines, `Content-Length: ${body.length}`]));
  assert.equal((await client.answer()).status, 100);
  client.send(body);
  assert.equal((await client.answer()).status, 201);
  const long = await RawClient.open(t, portOf(server.url));
  long.send(bytesOf('POST', '/_/token', [...lines, 'Content-Length: 65537']));
  assert.equal((await long.answer()).status, 413);
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { bearer, bytesOf, RawClient } from '../raw-client.ts';
import { stand } from '../stand.ts';

const LENGTH = 'Content-Length: 1000';

describe('a client that stops in the middle of its body', () => {
  test('is told so with a 408 after the limit, and the upstream is left', async (t) => {
    const { port, values, upstream } = await stand(t, { silenceMs: 50, upstream: () => {} });
    const asked = once(upstream, 'request');
    const client = await RawClient.open(t, port);
    client.send(`${bytesOf('POST', '/x', [bearer(values.writer), LENGTH])}abc`);
    const [request] = await asked;
    const left = new Promise((resolve) => request.on('error', () => {}).once('close', resolve));
    const answer = await client.answer();
    assert.equal(answer.status, 408);
    assert.equal(JSON.parse(answer.body).code, 'request_timeout');
    await client.rest();
    await left;
    assert.equal(request.complete, false);
  });

  test('is cut off when its answer has begun', async (t) => {
    const { port, values } = await stand(t, {
      silenceMs: 50,
      upstream: (_request, response) => void response.write('begun'),
    });
    const client = await RawClient.open(t, port);
    client.send(`${bytesOf('POST', '/x', [bearer(values.writer), LENGTH])}abc`);
    const text = await client.rest();
    assert.match(text, /begun/);
    assert.ok(!text.includes('\r\n0\r\n'));
  });

  test('is told so by the API as well', async (t) => {
    const { port, apiCalls } = await stand(t, { silenceMs: 50, api: 'silent' });
    const client = await RawClient.open(t, port);
    client.send(`${bytesOf('POST', '/_/token', [LENGTH])}abc`);
    const answer = await client.answer();
    assert.deepEqual([answer.status, JSON.parse(answer.body).code], [408, 'request_timeout']);
    assert.equal(await client.rest(), '');
    assert.equal(apiCalls.length, 1);
  });
});

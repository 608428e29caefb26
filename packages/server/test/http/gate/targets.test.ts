import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ask, bearer, bytesOf } from '../raw-client.ts';
import { stand } from '../stand.ts';

describe('targets at the gate', () => {
  test('C54: /_/token is the API, whatever token comes with it', async (t) => {
    const { port, values, seen, apiCalls } = await stand(t);
    for (const target of ['/_/token', '/_', '/_/', '/_/token?name=a']) {
      assert.equal((await ask(t, port, bytesOf('GET', target, [bearer(values.writer)]))).status, 418);
    }
    assert.deepEqual(apiCalls, ['GET /_/token', 'GET /_', 'GET /_/', 'GET /_/token?name=a']);
    assert.equal(seen.length, 0);
  });

  for (const target of [
    '//_/token',
    '/./_/token',
    '/x/../_/token',
    '/%5f/token',
    '/%255F/token',
    '/_%2ftoken',
    '/_;/token',
    '/_/..%2f_/token',
    '/a/..;/_/token',
    '/a\\..\\_/token',
    '/a#/_/x',
    '/a?x#y',
    '//evil/',
    '//evil.test/things',
    '/\\evil/',
    'http://evil.test/_/token',
    'http://evil.test/things',
    'https://service.test.evil.test/things',
    '*',
    'things',
  ]) {
    test(`C54 C56 C57 C58: ${target} is a 400 and reaches neither upstream nor API`, async (t) => {
      const { port, values, seen, apiCalls } = await stand(t);
      const method = target === '*' ? 'OPTIONS' : 'GET';
      const answer = await ask(t, port, bytesOf(method, target, [bearer(values.writer)]));
      assert.equal(answer.status, 400);
      assert.match(JSON.parse(answer.body).code, /^(ambiguous_target|invalid_request)$/);
      assert.deepEqual([seen.length, apiCalls.length], [0, 0]);
    });
  }

  test('C57: the absolute form to this very host is forwarded in origin form', async (t) => {
    const { port, values, seen } = await stand(t);
    await ask(t, port, bytesOf('GET', 'http://service.test/things?x=//y', [bearer(values.writer)]));
    assert.equal(seen[0]?.url, '/things?x=//y');
  });

  test('a moved prefix belongs to the server, and /_/ to the service', async (t) => {
    const { port, values, seen, apiCalls } = await stand(t, { prefix: '/hallpass/' });
    const statusOf = async (target: string) =>
      (await ask(t, port, bytesOf('GET', target, [bearer(values.writer)]))).status;
    assert.equal(await statusOf('/hallpass/verify'), 200);
    assert.equal(await statusOf('/hallpass/token'), 418);
    assert.equal(await statusOf('/HallPass/token'), 400);
    assert.equal(await statusOf('/_/token'), 200);
    assert.deepEqual([seen.length, apiCalls.length], [1, 1]);
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ask, bearer, bytesOf, headerOf } from '../raw-client.ts';
import { stand, valuesOf } from '../stand.ts';

const READING = ['GET', 'HEAD', 'OPTIONS'];
const WRITING = ['POST', 'PUT', 'PATCH', 'DELETE', 'QUERY', 'PROPFIND', 'MKCOL', 'LOCK', 'PURGE', 'M-SEARCH'];

describe('what a token may do through the gate', () => {
  for (const method of READING) {
    test(`C43: a read-only token may ${method}`, async (t) => {
      const { port, values, seen } = await stand(t);
      const answer = await ask(t, port, bytesOf(method, '/things', [bearer(values.reader)]));
      assert.equal(answer.status, 200);
      assert.equal(seen[0]?.method, method);
    });
  }

  for (const method of WRITING) {
    test(`C44: ${method} is a write: 403 for a read-only token, passed on for one that may write`, async (t) => {
      const { port, values, seen } = await stand(t);
      const refused = await ask(t, port, bytesOf(method, '/things', [bearer(values.reader)], 'x'));
      assert.equal(refused.status, 403);
      assert.equal(
        headerOf(refused, 'WWW-Authenticate'),
        'Bearer realm="hallpass", error="insufficient_scope", scope="write"',
      );
      assert.equal(JSON.parse(refused.body).code, 'insufficient_scope');
      assert.equal(seen.length, 0);
      const passed = await ask(t, port, bytesOf(method, '/things', [bearer(values.writer)], 'x'));
      assert.equal(passed.status, 200);
      assert.deepEqual([seen[0]?.method, seen[0]?.body], [method, 'x']);
    });
  }

  for (const method of ['MADEUP', 'get', 'G', '']) {
    test(`C44 C51: the method ${JSON.stringify(method)} never arrives upstream`, async (t) => {
      const { port, values, seen } = await stand(t);
      const answer = await ask(t, port, bytesOf(method, '/things', [bearer(values.writer)]));
      assert.equal(answer.status, 400);
      assert.equal(JSON.parse(answer.body).code, 'invalid_request');
      assert.equal(seen.length, 0);
    });
  }

  test('C45: TRACE is a 405 with Allow for everybody, at every door', async (t) => {
    const { port, values, seen, apiCalls } = await stand(t);
    for (const target of ['/things', '/_/verify', '/_/token']) {
      for (const lines of [[bearer(values.writer)], []]) {
        const answer = await ask(t, port, bytesOf('TRACE', target, lines));
        assert.equal(answer.status, 405);
        assert.equal(headerOf(answer, 'Allow'), 'GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE');
      }
    }
    assert.deepEqual([seen.length, apiCalls.length], [0, 0]);
  });

  test('C45: CONNECT is a 405 for everybody', async (t) => {
    const { port, values, seen } = await stand(t);
    for (const target of ['service.test:443', '/things']) {
      const answer = await ask(t, port, bytesOf('CONNECT', target, [bearer(values.writer)]));
      assert.ok(answer.status === 405 || answer.status === 400);
    }
    assert.equal(seen.length, 0);
  });

  test('C46: method-override headers of a read-only token vanish in every spelling; a writer keeps them', async (t) => {
    const { port, values, seen } = await stand(t);
    const lines = [
      'X-HTTP-Method-Override: DELETE',
      'X_HTTP_Method_Override: DELETE',
      'x-http-method: DELETE',
      'X.Method.Override: DELETE',
    ];
    await ask(t, port, bytesOf('GET', '/things', [bearer(values.reader), ...lines]));
    await ask(t, port, bytesOf('GET', '/things', [bearer(values.writer), lines[0] as string]));
    const overrides = seen.map(({ headers }) =>
      headers.filter((_, i) => i % 2 === 1 && headers[i] === 'DELETE'),
    );
    assert.deepEqual(overrides, [[], ['DELETE']]);
  });

  for (const query of [
    '_method=DELETE',
    'a=b&%5Fmethod=delete',
    '_METHOD=put',
    'a;_method=PUT',
    '_method',
    '_method[]=X',
    '_method[]=GET',
    '.method=DELETE',
    '[method=DELETE',
    '+_method=DELETE',
    '%20_method=DELETE',
    '?_method=DELETE',
    '+.method=DELETE',
    '%2Emethod=DELETE',
    '%255Fmethod=DELETE',
    '_%256Dethod=DELETE',
    '_method%00x=DELETE',
    '_method%3DDELETE',
    '_method%5B%5D=DELETE',
    '_method=GET&_method=GET',
    '%25252525252525255Fmethod=GET',
    'x-http-method-override=DELETE',
    'a=1&X_HTTP_Method=PUT',
    'x%2Dmethod%2Doverride[]=DELETE',
    '_HttpMethod=PATCH',
    'x-http-method-override',
  ]) {
    test(`C46: a read-only token's ?${query} is a write`, async (t) => {
      const { port, values, seen } = await stand(t);
      assert.equal(
        (await ask(t, port, bytesOf('GET', `/things?${query}`, [bearer(values.reader)]))).status,
        403,
      );
      assert.equal(
        (await ask(t, port, bytesOf('GET', `/things?${query}`, [bearer(values.writer)]))).status,
        200,
      );
      assert.equal(seen.length, 1);
    });
  }

  for (const query of [
    '_method=GET',
    'the_method=DELETE',
    'method=DELETE',
    'a=_method%3DDELETE',
    '_methods=1',
    '_method_name=DELETE',
    'a=%25252525',
    'x.method=DELETE',
    'x-http-method-override=GET',
    'httpMethod=DELETE',
    'q=x-http-method-override',
  ]) {
    test(`C46: ?${query} is still a read`, async (t) => {
      const { port, values } = await stand(t);
      assert.equal(
        (await ask(t, port, bytesOf('GET', `/things?${query}`, [bearer(values.reader)]))).status,
        200,
      );
    });
  }

  test('the upstream learns who called and never sees the token', async (t) => {
    const { port, values, seen } = await stand(t);
    const answer = await ask(t, port, bytesOf('GET', '/things?a=%20', [bearer(values.reader)]));
    assert.ok(!answer.bytes.includes(values.reader));
    const got = seen[0];
    assert.equal(got?.url, '/things?a=%20');
    assert.deepEqual(valuesOf(got?.headers ?? [], 'Authorization'), []);
    assert.deepEqual(valuesOf(got?.headers ?? [], 'X-Hallpass-Token-Name'), ['reader']);
    assert.deepEqual(valuesOf(got?.headers ?? [], 'X-Hallpass-Write'), ['false']);
    assert.deepEqual(valuesOf(got?.headers ?? [], 'X-Hallpass-Expires'), ['2027-01-15T08:00:00.001Z']);
    assert.match(valuesOf(got?.headers ?? [], 'X-Hallpass-Token-Id').join(), /^tok_/);
    assert.deepEqual(valuesOf(got?.headers ?? [], 'Host'), ['service.test']);
  });
});

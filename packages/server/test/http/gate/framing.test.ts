import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bearer, bytesOf, headerOf, RawClient } from '../raw-client.ts';
import { stand } from '../stand.ts';

const CHUNKED = 'Transfer-Encoding: chunked';
const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: service.test\r\n\r\n';

/** Each with the token line put in for TOKEN. What follows the fault must never be served as a request. */
const FAULTS: readonly [string, string, string][] = [
  ['C59', 'two Host lines', bytesOf('GET', '/x', ['TOKEN', 'host: other.test'])],
  ['C59', 'two equal Host lines', bytesOf('GET', '/x', ['TOKEN', 'Host: service.test'])],
  ['C59', 'no Host line', 'GET /x HTTP/1.1\r\nTOKEN\r\n\r\n'],
  ['C59', 'an empty Host', 'GET /x HTTP/1.1\r\nHost:\r\nTOKEN\r\n\r\n'],
  ['C59', 'a Host with a path', 'GET /x HTTP/1.1\r\nHost: a/b\r\nTOKEN\r\n\r\n'],
  ['C59', 'a Host with a user', 'GET /x HTTP/1.1\r\nHost: a@b\r\nTOKEN\r\n\r\n'],
  [
    'C60',
    'Content-Length with Transfer-Encoding',
    bytesOf('POST', '/x', ['TOKEN', 'Content-Length: 5', CHUNKED]),
  ],
  [
    'C60',
    'Transfer-Encoding with Content-Length',
    bytesOf('POST', '/x', ['TOKEN', CHUNKED, 'Content-Length: 5']),
  ],
  [
    'C60',
    'two equal Content-Lengths',
    bytesOf('POST', '/x', ['TOKEN', 'Content-Length: 0', 'Content-Length: 0']),
  ],
  ['C60', 'a list of lengths', bytesOf('POST', '/x', ['TOKEN', 'Content-Length: 0, 0'])],
  ['C60', 'a signed length', bytesOf('POST', '/x', ['TOKEN', 'Content-Length: +0'])],
  ['C60', 'a negative length', bytesOf('POST', '/x', ['TOKEN', 'Content-Length: -1'])],
  ['C60', 'a hexadecimal length', bytesOf('POST', '/x', ['TOKEN', 'Content-Length: 0x0'])],
  ['C60', 'an empty length', bytesOf('POST', '/x', ['TOKEN', 'Content-Length:'])],
  ['C60', 'an enormous length', bytesOf('POST', '/x', ['TOKEN', `Content-Length: ${'9'.repeat(16)}`])],
  ['C60', 'identity, chunked', bytesOf('POST', '/x', ['TOKEN', 'Transfer-Encoding: identity, chunked'])],
  ['C60', 'chunked, identity', bytesOf('POST', '/x', ['TOKEN', 'Transfer-Encoding: chunked, identity'])],
  ['C60', 'chunked twice', bytesOf('POST', '/x', ['TOKEN', CHUNKED, CHUNKED])],
  ['C60', 'gzip', bytesOf('POST', '/x', ['TOKEN', 'Transfer-Encoding: gzip, chunked'])],
  ['C60', 'xchunked', bytesOf('POST', '/x', ['TOKEN', 'Transfer-Encoding: xchunked'])],
  ['C60', 'a space before the colon', bytesOf('POST', '/x', ['TOKEN', 'Transfer-Encoding : chunked'])],
  ['C60', 'a folded line', bytesOf('POST', '/x', ['TOKEN', 'Transfer-Encoding:\r\n chunked'])],
  [
    'C60',
    'chunked in HTTP/1.0',
    `POST /x HTTP/1.0\r\nHost: service.test\r\nTOKEN\r\n${CHUNKED}\r\n\r\n0\r\n\r\n`,
  ],
  ['C60', 'line feeds alone', 'POST /x HTTP/1.1\nHost: service.test\nTOKEN\n\n'],
  ['C60', 'a NUL in a header', bytesOf('GET', '/x', ['TOKEN', 'X: a\0b'])],
  ['C60', 'HTTP/2.0', 'GET /x HTTP/2.0\r\nHost: service.test\r\nTOKEN\r\n\r\n'],
];

describe('the framing of a request', () => {
  for (const [number, what, bytes] of FAULTS) {
    for (const target of ['/x', '/_/verify', '/_/token']) {
      test(`${number}: ${what} is a 400 at ${target}, and the connection closes`, async (t) => {
        const { port, values, seen, apiCalls } = await stand(t);
        const client = await RawClient.open(t, port);
        const line = bearer(values.writer);
        client.send(bytes.replace('TOKEN', line).replace('/x', target));
        client.send(SMUGGLED.replace('\r\n\r\n', `\r\n${line}\r\n\r\n`));
        const answer = await client.answer();
        assert.equal(answer.status, 400);
        assert.equal(headerOf(answer, 'Connection'), 'close');
        assert.equal(JSON.parse(answer.body).code, 'invalid_request');
        assert.equal(await client.rest(), '');
        assert.deepEqual([seen.length, apiCalls.length], [0, 0]);
      });
    }
  }

  for (const [what, chunks] of [
    ['a chunk size that is no number', 'zz\r\nx\r\n0\r\n\r\n'],
    ['a negative chunk size', '-1\r\nx\r\n0\r\n\r\n'],
    ['a chunk longer than its size', '1\r\nxyz\r\n0\r\n\r\n'],
    ['a line feed after a chunk extension', '1;a\nx\r\n0\r\n\r\n'],
    ['an overflowing chunk size', 'fffffffffffffffff\r\nx\r\n0\r\n\r\n'],
  ] as const) {
    test(`C60: ${what} ends the connection, and the upstream never gets a whole request`, async (t) => {
      const { port, values, seen } = await stand(t);
      const client = await RawClient.open(t, port);
      client.send(`${bytesOf('POST', '/x', [bearer(values.writer), CHUNKED])}${chunks}${SMUGGLED}`);
      assert.equal((await client.answer()).status, 400);
      assert.equal(await client.rest(), '');
      assert.equal(seen.length, 0);
    });
  }

  test('C61: with a bad token the answer to Expect: 100-continue is the refusal, before any body', async (t) => {
    const { port, values, seen } = await stand(t);
    for (const [line, status] of [
      ['X: y', 401],
      [bearer(values.unknown), 401],
      [bearer(values.reader), 403],
    ] as const) {
      const client = await RawClient.open(t, port);
      client.send(bytesOf('PUT', '/x', [line, 'Expect: 100-continue', 'Content-Length: 1000000']));
      const answer = await client.answer();
      assert.equal(answer.status, status);
      assert.equal(headerOf(answer, 'Connection'), 'close');
    }
    assert.equal(seen.length, 0);
  });

  test('C61: with a good token the 100 comes first, then the body is taken', async (t) => {
    const { port, values, seen } = await stand(t);
    const client = await RawClient.open(t, port);
    client.send(bytesOf('PUT', '/x', [bearer(values.writer), 'Expect: 100-continue', 'Content-Length: 5']));
    assert.equal((await client.answer()).status, 100);
    client.send('hello');
    assert.equal((await client.answer()).status, 200);
    assert.equal(seen[0]?.body, 'hello');
  });

  test('an expectation other than 100-continue is a 417', async (t) => {
    const { port, values } = await stand(t);
    const client = await RawClient.open(t, port);
    client.send(bytesOf('PUT', '/x', [bearer(values.writer), 'Expect: miracles'], 'hello'));
    assert.equal((await client.answer()).status, 417);
  });

  test('a refused upload is answered while it is still being sent', async (t) => {
    const { port, seen } = await stand(t);
    const client = await RawClient.open(t, port);
    client.send(bytesOf('POST', '/x', [`Content-Length: ${50 * 1024 * 1024}`]));
    client.send('x'.repeat(1024 * 1024));
    assert.equal((await client.answer()).status, 401);
    await client.rest();
    assert.equal(seen.length, 0);
  });

  test('after a refusal of a short body the connection serves the next request', async (t) => {
    const { port, values } = await stand(t);
    const client = await RawClient.open(t, port);
    client.send(bytesOf('POST', '/x', [], 'hello'));
    assert.equal((await client.answer()).status, 401);
    client.send(bytesOf('POST', '/x', [bearer(values.writer)], 'hello'));
    assert.equal((await client.answer()).status, 200);
  });

  test('requests sent in one go are answered in order', async (t) => {
    const { port, values } = await stand(t);
    const client = await RawClient.open(t, port);
    const line = bearer(values.reader);
    client.send(
      bytesOf('GET', '/1', [line]) + bytesOf('POST', '/2', [line], 'x') + bytesOf('GET', '/3', [line]),
    );
    const answers = [await client.answer(), await client.answer(), await client.answer()];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 403, 200],
    );
    assert.match(answers[2]?.body ?? '', /"url":"\/3"/);
  });

  test('HTTP/1.0 without Host is served and the connection closes', async (t) => {
    const { port, values } = await stand(t);
    const client = await RawClient.open(t, port);
    client.send(`GET /x HTTP/1.0\r\n${bearer(values.reader)}\r\n\r\n`);
    assert.match(await client.rest(), /^HTTP\/1\.1 200 /);
  });
});

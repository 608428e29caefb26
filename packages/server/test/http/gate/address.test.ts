import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, test } from 'node:test';
import { TrustedProxies } from 'hallpass/http/address';
import { ask, bytesOf } from '../raw-client.ts';
import { listen } from '../stand.ts';

describe('trusted proxies', () => {
  test('addresses and ranges of both families are found, also through an IPv6 socket', () => {
    const proxies = new TrustedProxies(['10.0.0.7', '192.168.0.0/16', '2001:db8::/32']);
    for (const address of ['10.0.0.7', '192.168.200.1', '2001:db8::1']) assert.ok(proxies.has(address));
    for (const address of ['10.0.0.8', '192.169.0.1', '2001:db9::1', undefined, 'localhost', '']) {
      assert.ok(!proxies.has(address));
    }
  });

  test('an entry that is no address or range is refused', () => {
    for (const entry of [
      '',
      'localhost',
      '10.0.0.0/33',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      '10.0.0.0/-1',
      '::/129',
    ]) {
      assert.throws(() => new TrustedProxies([entry]), RangeError);
    }
  });

  for (const [what, trusted, lines, client] of [
    ['an unlisted peer is the client, whatever it says', [], ['X-Forwarded-For: 203.0.113.7'], '127.0.0.1'],
    ['a listed peer names the client', ['127.0.0.1'], ['X-Forwarded-For: 203.0.113.7'], '203.0.113.7'],
    [
      'the rightmost address that is not listed counts',
      ['127.0.0.1', '10.0.0.0/8'],
      ['X-Forwarded-For: 1.1.1.1, 203.0.113.7', 'X-Forwarded-For: 10.1.1.1'],
      '203.0.113.7',
    ],
    ['a listed peer that names nobody is the client', ['127.0.0.1'], [], '127.0.0.1'],
    ['text ends the search', ['127.0.0.1'], ['X-Forwarded-For: 203.0.113.7, unknown'], '127.0.0.1'],
    [
      'when all are listed the first is the client',
      ['127.0.0.0/8'],
      ['X-Forwarded-For: 127.0.0.9'],
      '127.0.0.9',
    ],
  ] as const) {
    test(what, async (t) => {
      const proxies = new TrustedProxies(trusted);
      const port = await listen(
        t,
        createServer((request, response) => response.end(proxies.clientOf(request))),
      );
      assert.equal((await ask(t, port, bytesOf('GET', '/', lines))).body, client);
    });
  }
});

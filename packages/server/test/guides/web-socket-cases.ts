import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import type { TestContext } from 'node:test';
import { bearer, bytesOf, RawClient } from '../http/raw-client.ts';
import { valuesOf } from '../http/stand.ts';
import { refusedWith } from './refused.ts';
import { ask, type ProxyStand, type ProxyUnderTest, standWithout } from './stand.ts';

const UPGRADE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

/** Whatever no proxy may change to: inside it, it would see no requests any more. */
const OTHERS: readonly (readonly [method: string, lines: readonly string[]])[] = [
  ['GET', ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__']],
  ['GET', ['Connection: Upgrade', 'Upgrade: made-up/1']],
  ['GET', ['Connection: Upgrade', 'Upgrade: websocket, h2c']],
  ['GET', ['Connection: Upgrade', 'Upgrade: h2c', 'Upgrade: websocket']],
  ['GET', ['Connection: Upgrade', 'Upgrade: h2c, websocket']],
  ['GET', ['Connection: Upgrade', 'Upgrade: websockets']],
  ['POST', ['Content-Length: 0', ...UPGRADE]],
  ['DELETE', UPGRADE],
];

/** Answers whatever asks about a token with all that a proxy could want to hear. */
const allowAll: RequestListener = (request, response) => {
  request.resume();
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end('{"active":true,"scope":"read write","sub":"tok_1","username":"anyone","client_id":"tok_1"}');
};

async function noOtherProtocol(t: TestContext, stand: ProxyStand, proxy: ProxyUnderTest): Promise<void> {
  const line = bearer(stand.tokens.writer);
  for (const { port, app } of [stand, await standWithout(t, proxy, allowAll)]) {
    for (const [method, lines] of OTHERS) {
      const { status } = await ask(port, bytesOf(method, '/', [line, ...lines]));
      // As if it had not asked: clients that offer h2c whatever they want are many.
      if (!lines.some((text) => text.includes('websocket'))) assert.equal(status, 200, `${method} ${lines}`);
      assert.notEqual(status, 101, `${method} ${lines}`);
    }
    for (const { headers } of app.seen) {
      const protocols = valuesOf(headers, 'Upgrade');
      assert.ok(
        protocols.every((protocol) => protocol === 'websocket'),
        `${protocols} reached the service`,
      );
    }
    assert.equal((await ask(port, bytesOf('GET', '/socket', [line, ...UPGRADE]))).status, 101);
  }
}

export async function webSocketCases(
  t: TestContext,
  stand: ProxyStand,
  proxy: ProxyUnderTest,
): Promise<void> {
  const { reader, writer } = stand.tokens;
  await t.test('C65: no protocol but a WebSocket is passed on, even if it were allowed', (t) =>
    noOtherProtocol(t, stand, proxy),
  );

  await t.test('C47: a WebSocket is not opened without a token, nor by a read-only one', async () => {
    await refusedWith(stand, bytesOf('GET', '/', UPGRADE), [401]);
    await refusedWith(stand, bytesOf('GET', '/', [bearer(reader), ...UPGRADE]), [403]);
    const named = [bearer(reader), 'X-Forwarded-Method: GET', ...UPGRADE];
    await refusedWith(stand, bytesOf('GET', '/', named), [403]);
  });

  await t.test('no odd spelling of an upgrade gets past the check', async () => {
    const spellings = [
      ['Connection: keep-alive, uPgRaDe', 'Upgrade: websocket'],
      ['Connection: keep-alive', 'Connection: Upgrade', 'Upgrade: websocket'],
      ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'],
      ['Connection: Upgrade', 'Upgrade: h2c', 'Upgrade: websocket'],
      ['Connection: Upgrade', 'uPGRADE: WebSocket, h2c'],
      ['Upgrade: websocket'],
      ['Connection: close', 'Upgrade: websocket'],
      ['Connection: Upgrade', 'Upgrade:'],
    ];
    for (const lines of spellings) {
      const before = stand.app.seen.length;
      const answer = await stand.ask(bytesOf('GET', '/', [bearer(reader), ...lines, ...UPGRADE.slice(2)]));
      assert.ok([200, 400, 403].includes(answer.status), `${lines}: ${answer.status}`);
      // What was let through as plain reading must be plain reading.
      for (const { headers } of stand.app.seen.slice(before))
        assert.deepEqual(valuesOf(headers, 'Upgrade').join(''), '', `${lines} reached the service`);
    }
  });

  await t.test('a token that may write opens a WebSocket, and bytes go both ways', async () => {
    const client = await RawClient.open(undefined, stand.port);
    client.send(bytesOf('GET', '/socket', [bearer(writer), ...UPGRADE]));
    assert.equal((await client.answer()).status, 101);
    client.send('there and back');
    assert.match(await client.until((text) => text.includes('there and back')), /there and back/);
    client.socket.destroy();
    assert.doesNotMatch(stand.app.seen.at(-1)?.headers.join('\n') ?? '', /hp_[0-9A-Za-z]{36}/);
  });
}

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { bearer, bytesOf, RawClient } from '../http/raw-client.ts';
import { valuesOf } from '../http/stand.ts';
import { refusedWith } from './refused.ts';
import type { ProxyStand } from './stand.ts';

const UPGRADE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

export async function webSocketCases(t: TestContext, stand: ProxyStand): Promise<void> {
  const { reader, writer } = stand.tokens;
  await t.test('C47: a WebSocket is not opened without a token, nor by a read-only one', async () => {
    await refusedWith(stand, bytesOf('GET', '/', UPGRADE), [401]);
    await refusedWith(stand, bytesOf('GET', '/', [bearer(reader), ...UPGRADE]), [403]);
    const twice = UPGRADE.map((line) => line.replace('Upgrade: websocket', 'uPGRADE: WebSocket, h2c'));
    await refusedWith(stand, bytesOf('GET', '/', [bearer(reader), ...twice]), [400, 403]);
    const named = [bearer(reader), 'X-Forwarded-Method: GET', ...UPGRADE];
    await refusedWith(stand, bytesOf('GET', '/', named), [403]);
  });

  await t.test('no odd spelling of an upgrade gets past the check', async () => {
    const spellings = [
      ['Connection: keep-alive, uPgRaDe', 'Upgrade: websocket'],
      ['Connection: keep-alive', 'Connection: Upgrade', 'Upgrade: websocket'],
      ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'],
      ['Connection: Upgrade', 'Upgrade: h2c', 'Upgrade: websocket'],
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

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { GivingWay } from 'hallpass/giving-way';
import { headerOf, RawClient } from './raw-client.ts';
import { stand } from './stand.ts';

const UPGRADE = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';

function bytes(line: string, headers: readonly string[] = []): string {
  return `${[`${line} HTTP/1.1`, 'Host: x', ...headers].join('\r\n')}\r\n\r\n`;
}

function signal(): [happened: Promise<void>, tell: () => void] {
  let tell: () => void = () => {};
  const happened = new Promise<void>((resolve) => {
    tell = resolve;
  });
  return [happened, tell];
}

/** The statuses of what comes back for these bytes, sent in one piece, up to where the server closes. */
async function statuses(t: TestContext, port: number, text: string, count: number): Promise<number[]> {
  const client = await RawClient.open(t, port);
  client.send(text);
  const got: number[] = [];
  for (let i = 0; i < count; i++) got.push((await client.answer()).status);
  assert.equal(await client.rest(), '');
  return got;
}

/** How much is read of these bytes, sent on one connection, by when many checks on another were answered. */
async function bytesReadOf(
  t: TestContext,
  server: Server,
  port: number,
  text: string,
  lines: readonly string[],
): Promise<number> {
  const accepted = once(server, 'connection');
  const flood = await RawClient.open(t, port);
  const [connection] = (await accepted) as [Socket];
  flood.send(text);
  const other = await RawClient.open(t, port);
  for (let i = 0; i < 300; i++) {
    other.send(bytes('GET /_/verify', lines));
    assert.equal((await other.answer()).status, 200);
  }
  return connection.bytesRead;
}

describe('requests that come together on one connection', () => {
  for (const [what, first, status] of [
    ['an answer of forward auth', '/_/verify', 200],
    ['an answer of the gate', '/page', 200],
  ] as const) {
    test(`an upgrade behind ${what} is refused after it, and the server lives`, async (t) => {
      const { port, values, faults } = await stand(t);
      const bearer = `Authorization: Bearer ${values.writer}`;
      const text = bytes(`GET ${first}`, [bearer]) + bytes('GET /ws', [bearer, KEY, ...UPGRADE]);
      assert.deepEqual(await statuses(t, port, text, 2), [status, 400]);
      assert.deepEqual(faults, []);
      const client = await RawClient.open(t, port);
      client.send(bytes('GET /_/verify', [bearer]));
      assert.equal((await client.answer()).status, 200);
    });

    test(`what cannot be read behind ${what} is answered after it`, async (t) => {
      const { port, values } = await stand(t);
      const text = bytes(`GET ${first}`, [`Authorization: Bearer ${values.writer}`]);
      assert.deepEqual(await statuses(t, port, `${text}GARBAGE\r\n\r\n`, 2), [status, 400]);
      assert.deepEqual(await statuses(t, port, text + bytes('CONNECT x:1'), 2), [status, 405]);
    });
  }

  test('what cannot be read is answered once, however much of it comes', async (t) => {
    const warnings: Error[] = [];
    const note = (warning: Error) => void warnings.push(warning);
    process.on('warning', note);
    t.after(() => process.off('warning', note));
    let answer = () => {};
    const [asked, tell] = signal();
    const { port, values } = await stand(t, {
      upstream: (request, response) => {
        answer = () => void response.end();
        if (request.url === '/late') tell();
        else answer();
      },
    });
    const lines = [`Authorization: Bearer ${values.reader}`];
    const client = await RawClient.open(t, port);
    const other = await RawClient.open(t, port);
    client.send(bytes('GET /late', lines));
    await asked;
    const answerLate = answer;
    for (let i = 0; i < 20; i++) {
      client.send('GARBAGE\r\n\r\n');
      other.send(bytes('GET /x', lines));
      assert.equal((await other.answer()).status, 200);
    }
    answerLate();
    assert.deepEqual([(await client.answer()).status, (await client.answer()).status], [200, 400]);
    assert.equal(await client.rest(), '');
    assert.deepEqual(warnings, []);
  });

  for (const [what, refused] of [
    ['a body', ['Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0']],
    ['no body', ['Host: another']],
  ] as const) {
    test(`answers are whole when one with ${what} behind them closes the connection, however much comes behind it`, async (t) => {
      const page = 'x'.repeat(200_000);
      const { port, values, server, upstream } = await stand(t, {
        upstream: (_request, response) => void response.end(page),
      });
      let asked = 0;
      upstream.on('request', () => asked++);
      const [accepted, lines] = [once(server, 'connection'), [`Authorization: Bearer ${values.writer}`]];
      const client = await RawClient.open(t, port);
      const [connection] = (await accepted) as [Socket];
      const said = once(connection, 'finish');
      client.socket.pause();
      const first = bytes('POST /a', [...lines, 'Content-Length: 0']);
      const behind = bytes('GET /c', lines).repeat(2000);
      client.send(first + bytes('POST /b', [`Authorization: Bearer ${values.reader}`, ...refused]) + behind);
      await said;
      client.socket.resume();
      const text = await client.rest();
      const statuses = text.match(/HTTP\/1\.1 \d+/g);
      assert.deepEqual(statuses, ['HTTP/1.1 200', `HTTP/1.1 ${what === 'a body' ? 403 : 400}`]);
      assert.ok(text.includes(page));
      assert.match(text, /"request_id":"[^"]+"}$/);
      assert.equal(asked, 1);
    });
  }

  test('a long answer that is read late goes on, also when the one behind it came meanwhile', async (t) => {
    const long = Buffer.alloc(20 << 20, 'x');
    const [asked, tell] = signal();
    let answerShort = () => {};
    const { port, values, faults } = await stand(t, {
      upstream: (request, response) => {
        if (request.url === '/long') response.end(long);
        else if (request.url === '/short') {
          answerShort = () => void response.end('short');
          tell();
        } else response.end();
      },
    });
    const lines = [`Authorization: Bearer ${values.reader}`];
    const client = await RawClient.open(t, port);
    client.socket.pause();
    client.send(bytes('GET /long', lines) + bytes('GET /short', lines));
    await asked;
    const other = await RawClient.open(t, port);
    for (let i = 0; i < 600; i++) {
      // By now what the client does not read has filled all there is between the two.
      if (i === 300) answerShort();
      other.send(bytes('GET /x', lines));
      assert.equal((await other.answer()).status, 200);
    }
    client.socket.resume();
    assert.equal((await client.answer()).body.length, long.length);
    assert.equal((await client.answer()).body, 'short');
    assert.deepEqual(faults, []);
  });

  test('an upgrade behind a refusal is refused after it', async (t) => {
    const { port } = await stand(t);
    const text = bytes('GET /_/verify') + bytes('GET /ws', [KEY, ...UPGRADE]);
    assert.deepEqual(await statuses(t, port, text, 2), [401, 400]);
  });

  test('answers come in the order of their requests, whichever door gives them', async (t) => {
    const { port, values } = await stand(t);
    const bearer = [`Authorization: Bearer ${values.reader}`];
    const asked = ['GET /page', 'GET /_/verify/read', 'POST /page', 'GET /_/verify/write', 'GET /page'];
    const client = await RawClient.open(t, port);
    client.send(asked.map((line, i) => bytes(line, [...bearer, `X-Request-Id: r${i}`])).join(''));
    for (const [i, status] of [200, 200, 403, 403, 200].entries()) {
      const answer = await client.answer();
      assert.deepEqual([answer.status, headerOf(answer, 'X-Request-Id')], [status, `r${i}`]);
    }
  });

  for (const [first, ...behind] of [
    ['PUT', 'PUT'],
    ['POST', 'GET'],
    ['GET', 'DELETE'],
    ['DELETE', 'GET', 'GET'],
  ])
    test(`${behind.join(' and ')} behind a ${first} reach the service once that is answered`, async (t) => {
      const arrived: string[] = [];
      const [held, hold] = signal();
      const [released, release] = signal();
      const { port, values } = await stand(t, {
        upstream: async ({ url }, response) => {
          arrived.push(url ?? '');
          if (url === '/first') {
            hold();
            await released;
          }
          response.end(url);
        },
      });
      const lines = [`Authorization: Bearer ${values.writer}`, 'Content-Length: 0'];
      const client = await RawClient.open(t, port);
      const targets = behind.map((_, i) => `/behind/${i}`);
      const rest = behind.map((method, i) => bytes(`${method} ${targets[i]}`, lines));
      client.send(bytes(`${first} /first`, lines) + rest.join(''));
      await held;
      const other = await RawClient.open(t, port);
      other.send(bytes('GET /other', lines));
      await other.answer();
      assert.deepEqual(arrived, ['/first', '/other']);
      release();
      for (const target of ['/first', ...targets]) assert.equal((await client.answer()).body, target);
    });

  test('a write behind a request whose client has left is not done', async (t) => {
    const { port, values, seen, upstream } = await stand(t);
    upstream.removeAllListeners('request');
    const asked = once(upstream, 'request');
    const lines = [`Authorization: Bearer ${values.writer}`, 'Content-Length: 0'];
    const client = await RawClient.open(t, port);
    client.send(bytes('GET /first', lines) + bytes('DELETE /second', lines));
    const [first] = await asked;
    const left = once(first.socket, 'close');
    const more: string[] = [];
    upstream.on('request', ({ url }, response) => {
      more.push(url ?? '');
      response.end();
    });
    client.socket.destroy();
    await left;
    const other = await RawClient.open(t, port);
    other.send(bytes('GET /other', lines));
    await other.answer();
    assert.deepEqual([more, seen], [['/other'], []]);
  });

  test('a connection is read no further while many of its requests await their answers', async (t) => {
    const arrived: unknown[] = [];
    const { port, values, server } = await stand(t, { upstream: ({ url }) => arrived.push(url) });
    const lines = [`Authorization: Bearer ${values.writer}`];
    const read = await bytesReadOf(t, server, port, bytes('GET /page', lines).repeat(100_000), lines);
    assert.ok(read < 512 * 1024, `${read} bytes were read`);
    assert.ok(arrived.length > 1 && arrived.length <= 32, `${arrived.length} were begun`);
  });

  test('of what a connection asks the API, one is begun at a time, so that no connection has two places in line', async (t) => {
    const { port, values, server, apiCalls } = await stand(t, { api: 'silent' });
    const lines = [`Authorization: Bearer ${values.writer}`];
    const read = await bytesReadOf(t, server, port, bytes('GET /_/token').repeat(100_000), lines);
    assert.ok(read < 512 * 1024, `${read} bytes were read`);
    assert.equal(apiCalls.length, 1);
  });

  for (const [method, body] of [
    ['GET', ''],
    ['POST', '{"name":"ci"}'],
  ] as const)
    test(`${method}s that come by the thousand are all answered, in their order`, async (t) => {
      const { port, apiCalls } = await stand(t);
      const target = (i: number) => `/_/token?${i}`;
      const client = await RawClient.open(t, port);
      const lines = body === '' ? [] : [`Content-Length: ${body.length}`];
      const many = Array.from({ length: 5_000 }, (_, i) => bytes(`${method} ${target(i)}`, lines) + body);
      client.send(many.join(''));
      for (let i = 0; i < many.length; i++) assert.equal((await client.answer()).status, 418);
      assert.deepEqual(
        apiCalls,
        many.map((_, i) => `${method} ${target(i)}`),
      );
    });

  test('what has waited for its turn in vain, because its client has left, is not begun', async (t) => {
    const held: (() => unknown)[] = [];
    class Held extends GivingWay {
      override add(step: () => unknown): void {
        held.push(step);
      }

      override beside(): GivingWay {
        return this;
      }
    }
    const { port, server, apiCalls } = await stand(t, { givingWay: new Held(() => performance.now()) });
    const accepted = once(server, 'connection');
    const client = await RawClient.open(t, port);
    const [connection] = await accepted;
    const left = once(connection, 'close');
    const asked = once(server, 'request');
    client.send(bytes('POST /_/token', ['Content-Length: 0']));
    await asked;
    client.socket.destroy();
    await left;
    assert.deepEqual(
      held.map((step) => step()),
      [false],
    );
    assert.deepEqual(apiCalls, []);
  });
});

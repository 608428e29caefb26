import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { describe, type TestContext, test } from 'node:test';
import type { Change } from '@hallpass/core/change';
import { digestOf } from '@hallpass/core/digest';
import type { TokenId } from '@hallpass/core/id';
import { bearer, bytesOf, RawClient } from '../raw-client.ts';
import { NOW, type Stand, type StandOptions, stand, upstreamAt } from '../stand.ts';

const UPGRADE = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: dGhlIHNhbXBsZQ=='];
const SECOND = 1000;
const MINUTE = 60 * SECOND;

type State = { readonly expiresAt?: number | null; readonly active?: boolean; readonly write?: boolean };

/** A stand whose upstream leaves every answer open after its first words, and says when it is left. */
async function streaming(t: TestContext, options: StandOptions = {}) {
  const left: string[] = [];
  const at = await stand(t, {
    upstream: (request, response) => {
      request.resume();
      response.on('close', () => left.push(request.url ?? ''));
      if (request.url !== '/silent') response.write('begun');
    },
    ...options,
  });
  at.upstream.on('upgrade', (request, socket: Duplex) => {
    socket.on('error', () => {});
    socket.on('close', () => left.push(request.url ?? ''));
    socket.on('end', () => socket.end());
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nbegun',
    );
  });
  return { ...at, left };
}

const idOf = (at: Stand, value: string): TokenId => {
  const verdict = at.live.recheck({ presented: value, access: 'read' });
  assert.ok(verdict.allow);
  return verdict.principal.id;
};

let revision = 1;

/** Brings a change of this token into force, as a commit does. */
function change(at: Stand, value: string, id: TokenId, state: State | 'removed'): void {
  const digest = digestOf(value);
  const known = { id, digest, name: 'changed', expiresAt: null, active: true, write: true };
  const common = { revision: ++revision, at: at.time.now };
  const changes: Change[] =
    state === 'removed'
      ? [{ ...common, kind: 'token_removed', token: { id, digest } }]
      : [{ ...common, kind: 'token', token: { ...known, ...state } }];
  at.live.apply(changes);
}

type Kind = 'stream' | 'WebSocket';

/** A client whose stream or WebSocket has begun. */
async function begun(
  t: TestContext,
  at: Stand,
  value: string,
  kind: Kind,
  method: 'GET' | 'POST' = 'GET',
): Promise<RawClient> {
  const client = await RawClient.open(t, at.port);
  const lines = [bearer(value), ...(kind === 'WebSocket' ? UPGRADE : [])];
  client.send(bytesOf(method, '/x', lines, method === 'POST' ? 'hello' : undefined));
  await client.until((text) => text.includes('begun'));
  return client;
}

const LIVE_READ = [{ host: null, methods: ['GET'], path: '/**', access: 'read' }] as const;

describe('what is open when its token changes', () => {
  for (const kind of ['stream', 'WebSocket'] as const) {
    for (const [what, state] of [
      ['removed', 'removed'],
      ['disabled', { active: false }],
      ['ended', { expiresAt: NOW }],
    ] as const)
      test(`C33: a ${kind} ends at once on both sides when its token is ${what}`, async (t) => {
        const at = await streaming(t);
        const { writer } = at.values;
        const client = await begun(t, at, writer, kind);
        at.time.pass(MINUTE);
        change(at, writer, idOf(at, writer), state);
        await client.rest();
        while (at.left.length === 0) await new Promise((resolve) => setImmediate(resolve));
        assert.equal(at.gate.watched, 0);
      });

    test(`a ${kind} goes on when its token changes and stays good for it`, async (t) => {
      const at = await streaming(t, { rules: LIVE_READ });
      const { writer } = at.values;
      const client = await begun(t, at, writer, kind);
      at.time.pass(MINUTE);
      change(at, writer, idOf(at, writer), { write: false });
      change(at, writer, idOf(at, writer), { write: true, expiresAt: at.time.now + MINUTE });
      at.time.pass(MINUTE - 1);
      assert.equal(at.gate.watched, 1);
      at.time.pass(1);
      await client.rest();
      assert.equal(at.gate.watched, 0);
    });

    test(`C27: a ${kind} ends when its token expires, by one timer for all`, async (t) => {
      const at = await streaming(t, { rules: LIVE_READ });
      const { writer, reader } = at.values;
      change(at, reader, idOf(at, reader), { expiresAt: NOW + MINUTE, write: false });
      const other = await begun(t, at, writer, kind);
      const clients = [await begun(t, at, reader, kind), await begun(t, at, reader, kind)];
      assert.equal(at.time.timers, 1);
      at.time.pass(MINUTE - 1);
      assert.equal(at.gate.watched, 3);
      at.time.pass(1);
      for (const client of clients) await client.rest();
      assert.equal(at.gate.watched, 1);
      other.socket.destroy();
    });
  }

  test('a change of another token ends nothing', async (t) => {
    const at = await streaming(t);
    await begun(t, at, at.values.writer, 'WebSocket');
    change(at, at.values.reader, idOf(at, at.values.reader), 'removed');
    assert.equal(at.gate.watched, 1);
  });

  test('what writes ends when its token may only read from now on; what reads goes on', async (t) => {
    const at = await streaming(t);
    const { writer } = at.values;
    const [writing, socket] = [
      await begun(t, at, writer, 'stream', 'POST'),
      await begun(t, at, writer, 'WebSocket'),
    ];
    await begun(t, at, writer, 'stream');
    at.time.pass(MINUTE);
    change(at, writer, idOf(at, writer), { write: false });
    await writing.rest();
    await socket.rest();
    assert.equal(at.gate.watched, 1);
  });

  test('a request that has just been let in has ten seconds to finish', async (t) => {
    const at = await streaming(t);
    const { writer } = at.values;
    const client = await begun(t, at, writer, 'stream');
    change(at, writer, idOf(at, writer), 'removed');
    at.time.pass(10 * SECOND - 1);
    assert.equal(at.gate.watched, 1);
    at.time.pass(1);
    await client.rest();
    assert.equal(at.gate.watched, 0);
  });

  test('a token that is good again within that time loses nothing', async (t) => {
    const at = await streaming(t);
    const { writer } = at.values;
    await begun(t, at, writer, 'stream');
    const id = idOf(at, writer);
    change(at, writer, id, { active: false });
    change(at, writer, id, { active: true });
    at.time.pass(MINUTE);
    assert.equal(at.gate.watched, 1);
  });

  test('a WebSocket whose token was revoked before the upstream agreed ends when it does', async (t) => {
    const at = await stand(t);
    const { writer } = at.values;
    const upgrade = once(at.upstream, 'upgrade');
    const client = await RawClient.open(t, at.port);
    client.send(bytesOf('GET', '/x', [bearer(writer), ...UPGRADE]));
    const [, socket] = (await upgrade) as [unknown, Duplex];
    socket.on('error', () => {});
    change(at, writer, idOf(at, writer), 'removed');
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    await client.rest();
    assert.equal(at.gate.watched, 0);
  });

  test('a request that has no answer yet gets the refusal', async (t) => {
    const at = await streaming(t);
    const { writer } = at.values;
    for (const [state, status] of [
      [{ write: false }, 403],
      [{ active: false }, 401],
    ] as const) {
      change(at, writer, idOf(at, writer), { write: true });
      const client = await RawClient.open(t, at.port);
      client.send(bytesOf('POST', '/silent', [bearer(writer)], 'hello'));
      while (at.gate.watched === 0) await new Promise((resolve) => setImmediate(resolve));
      at.time.pass(MINUTE);
      change(at, writer, idOf(at, writer), state);
      assert.equal((await client.answer()).status, status);
      assert.equal(await client.rest(), '');
    }
  });

  test('with cut_streams off everything goes on', async (t) => {
    const plain = await streaming(t);
    const address = plain.upstream.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const origin = { ...upstreamAt(`http://127.0.0.1:${port}`), cutStreams: false };
    const at = await stand(t, { upstreams: [origin] });
    const client = await begun(t, at, at.values.writer, 'WebSocket');
    assert.equal(at.gate.watched, 0);
    change(at, at.values.writer, idOf(at, at.values.writer), 'removed');
    at.time.pass(MINUTE);
    assert.ok(client.socket.writable);
  });

  test('what has ended is no longer watched, and what nothing ends sets no timer', async (t) => {
    const at = await stand(t);
    for (let i = 0; i < 20; i++) {
      const client = await RawClient.open(t, at.port);
      client.send(bytesOf('GET', '/x', [bearer(at.values.writer)]));
      assert.equal((await client.answer()).status, 200);
    }
    while (at.gate.watched > 0) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(at.time.timers, 0);
  });

  test('a wall clock that is set forward is noticed within a minute', async (t) => {
    const at = await streaming(t);
    const { reader } = at.values;
    change(at, reader, idOf(at, reader), { expiresAt: NOW + 24 * 60 * MINUTE, write: false });
    const client = await begun(t, at, reader, 'stream');
    at.time.jump(24 * 60 * MINUTE);
    at.time.pass(MINUTE);
    await client.rest();
    assert.equal(at.gate.watched, 0);
  });
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import { describe, it, type TestContext, test } from 'node:test';
import { GivingWay } from 'hallpass/giving-way';
import { LIMITS } from 'hallpass/listen';
import { ask, bearer, bytesOf, RawClient } from './raw-client.ts';
import { stand } from './stand.ts';

class Counted extends GivingWay {
  checks = 0;

  override checked(): void {
    this.checks++;
    super.checked();
  }

  override beside(): GivingWay {
    return this;
  }
}

test('what asks for a decision makes every line of the API give way, and the API itself none', async (t) => {
  const givingWay = new Counted(() => performance.now());
  const { port, values } = await stand(t, { givingWay });
  const checksOf = async (method: string, target: string): Promise<number> => {
    const before = givingWay.checks;
    await ask(t, port, bytesOf(method, target, [bearer(values.writer)]));
    return givingWay.checks - before;
  };
  for (const target of ['/_/verify', '/_/verify/read', '/_/ext-authz/there', '/behind/the/gate'])
    assert.equal(await checksOf('GET', target), 3, target);
  for (const target of ['/_/token', '/_/health/live']) assert.equal(await checksOf('GET', target), 0, target);
});

/** Resolves when the request has come, whatever becomes of it. */
async function sendOnly(
  t: TestContext,
  port: number,
  server: Server,
  request: string,
): Promise<IncomingMessage> {
  const asked = once(server, 'request');
  (await RawClient.open(t, port)).send(request);
  const [came] = (await asked) as [IncomingMessage];
  return came;
}

/** Where checks never end, so that nothing else is ever done. */
class Endless extends GivingWay {
  held = 0;
  readonly #others: GivingWay[];

  constructor(...others: GivingWay[]) {
    super(() => performance.now());
    this.#others = others;
  }

  override add(): void {
    this.held++;
  }

  override beside(): GivingWay {
    return this.#others.shift() ?? new Endless();
  }
}

const LISTS_AND_CREATES = [
  ['GET', '/_/token'],
  ['POST', '/_/token'],
  ['POST', '/_/usage'],
  ['GET', '/_/audit'],
] as const;
const REPLICAS = [
  ['GET', '/_/feed'],
  ['GET', '/_/feed/snapshot'],
  ['GET', '/_/health/live'],
] as const;
const AT_ONCE = [
  ['PATCH', '/_/token/tok_1'],
  ['DELETE', '/_/token/tok_1'],
  ['POST', '/_/introspect'],
] as const;
const ALL = [...LISTS_AND_CREATES, ...REPLICAS, ...AT_ONCE];

describe('while checks never end', () => {
  async function standing(t: TestContext) {
    const lines = { replicas: new Endless(), strangers: new Endless() };
    const givingWay = new Endless(lines.replicas, lines.strangers);
    const { port, server, apiCalls, values, keys } = await stand(t, { givingWay });
    return {
      values,
      keys,
      apiCalls,
      /** How many wait in each line, once this request has come. */
      async waiting(method: string, target: string, header: string) {
        await sendOnly(t, port, server, bytesOf(method, target, [header]));
        return [givingWay.held, lines.replicas.held, lines.strangers.held];
      },
    };
  }

  it('lists and creates wait in line, replicas and probes in one of their own, and what takes a right away in none', async (t) => {
    const { keys, apiCalls, waiting } = await standing(t);
    const key = bearer(keys.owner);
    for (const [i, [method, target]] of LISTS_AND_CREATES.entries())
      assert.deepEqual(await waiting(method, target, key), [i + 1, 0, 0], target);
    for (const [i, [method, target]] of REPLICAS.entries())
      assert.deepEqual(await waiting(method, target, key), [LISTS_AND_CREATES.length, i + 1, 0], target);
    for (const [method, target] of AT_ONCE)
      assert.deepEqual(
        await waiting(method, target, key),
        [LISTS_AND_CREATES.length, REPLICAS.length, 0],
        target,
      );
    assert.deepEqual(
      apiCalls,
      AT_ONCE.map((each) => each.join(' ')),
    );
  });

  it('nobody waits for who shows no key of an active operator, whatever it is that they ask for', async (t) => {
    const { values, keys, apiCalls, waiting } = await standing(t);
    const basic = (text: string) => `Authorization: Basic ${Buffer.from(text).toString('base64')}`;
    const headers = [
      'X-Other: header',
      bearer(values.writer),
      bearer(keys.formerOwner),
      `${bearer(keys.owner)}\r\n${bearer(keys.owner)}`,
      basic(`someone:${keys.owner}`),
      basic('no colon'),
    ];
    let strangers = 0;
    for (const header of headers) {
      for (const [method, target] of ALL)
        assert.deepEqual(await waiting(method, target, header), [0, 0, ++strangers], `${target} ${header}`);
    }
    assert.deepEqual(apiCalls, []);
  });

  it('an operator is known by Basic too', async (t) => {
    const { keys, apiCalls, waiting } = await standing(t);
    const header = `Authorization: Basic ${Buffer.from(`owner:${keys.owner}`).toString('base64')}`;
    assert.deepEqual(await waiting('POST', '/_/introspect', header), [0, 0, 0]);
    assert.deepEqual(apiCalls, ['POST /_/introspect']);
  });
});

test('who has sent all of a request is not taken for silent, in line or before the answer', async (t) => {
  const { port, server, keys } = await stand(t, { givingWay: new Endless(), api: 'silent' });
  const timeoutOf = async (method: string): Promise<number | undefined> => {
    const request = await sendOnly(t, port, server, bytesOf(method, '/_/token', [bearer(keys.owner)], '{}'));
    if (method === 'PATCH') await once(request.resume(), 'end');
    return request.socket.timeout;
  };
  assert.ok(!(await timeoutOf('POST')));
  assert.ok(!(await timeoutOf('PATCH')));
});

test('a connection whose body came behind the answer is idle like any other', async (t) => {
  const { port, server, keys } = await stand(t);
  const asked = once(server, 'request');
  const client = await RawClient.open(t, port);
  client.send(bytesOf('PATCH', '/_/token', [bearer(keys.owner)], '{}').slice(0, -2));
  const [request] = (await asked) as [IncomingMessage];
  await client.answer();
  const ended = once(request, 'end');
  client.send('{}');
  await ended;
  assert.ok((request.socket.timeout ?? 0) >= LIMITS.keepAliveTimeout, String(request.socket.timeout));
});

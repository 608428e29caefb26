import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import { type TestContext, test } from 'node:test';
import { GivingWay } from 'hallpass/giving-way';
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

test('what asks for a decision makes both lines of the API give way, and the API itself neither', async (t) => {
  const givingWay = new Counted(() => performance.now());
  const { port, values } = await stand(t, { givingWay });
  const checksOf = async (method: string, target: string): Promise<number> => {
    const before = givingWay.checks;
    await ask(t, port, bytesOf(method, target, [bearer(values.writer)]));
    return givingWay.checks - before;
  };
  for (const target of ['/_/verify', '/_/verify/read', '/_/ext-authz/there', '/behind/the/gate'])
    assert.equal(await checksOf('GET', target), 2, target);
  for (const target of ['/_/token', '/_/health/live']) assert.equal(await checksOf('GET', target), 0, target);
});

const SOON = [
  ['GET', '/_/health/live'],
  ['GET', '/_/feed'],
  ['GET', '/_/feed/snapshot'],
] as const;
const AT_ONCE = [
  ['PATCH', '/_/token/tok_1'],
  ['DELETE', '/_/token/tok_1'],
] as const;

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

  override add(): void {
    this.held++;
  }
}

test('lists and creates wait in line, and no probe of health, no replica, nothing that takes a right away for them', async (t) => {
  const givingWay = new Endless(() => performance.now());
  const { port, server, apiCalls } = await stand(t, { givingWay });
  for (const method of ['GET', 'POST']) await sendOnly(t, port, server, bytesOf(method, '/_/token', [], ''));
  const rest = [...SOON, ...AT_ONCE];
  for (const [method, target] of rest) await ask(t, port, bytesOf(method, target));
  assert.deepEqual([givingWay.held, apiCalls], [2, rest.map((each) => each.join(' '))]);
});

test('probes of health and replicas give way to checks, and nothing that takes a right away does', async (t) => {
  const soon = new Endless(() => performance.now());
  class Beside extends GivingWay {
    override beside(): GivingWay {
      return soon;
    }
  }
  const { port, server, apiCalls } = await stand(t, { givingWay: new Beside(() => performance.now()) });
  for (const [method, target] of SOON) await sendOnly(t, port, server, bytesOf(method, target));
  for (const [method, target] of AT_ONCE) await ask(t, port, bytesOf(method, target));
  assert.deepEqual([soon.held, apiCalls], [SOON.length, AT_ONCE.map((each) => each.join(' '))]);
});

test('who has sent all of a request is not taken for silent, in line or before the answer', async (t) => {
  const { port, server } = await stand(t, { givingWay: new Endless(() => performance.now()), api: 'silent' });
  const timeoutOf = async (method: string): Promise<number | undefined> => {
    const request = await sendOnly(t, port, server, bytesOf(method, '/_/token', [], '{}'));
    if (method === 'PATCH') await once(request.resume(), 'end');
    return request.socket.timeout;
  };
  assert.ok(!(await timeoutOf('POST')));
  assert.ok(!(await timeoutOf('PATCH')));
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { GivingWay } from 'hallpass/giving-way';
import { ask, bearer, bytesOf, RawClient } from './raw-client.ts';
import { stand } from './stand.ts';

class Counted extends GivingWay {
  checks = 0;

  override checked(): void {
    this.checks++;
    super.checked();
  }
}

test('what asks for a decision makes the API give way, and the API itself does not', async (t) => {
  const givingWay = new Counted();
  const { port, values } = await stand(t, { givingWay });
  const checksOf = async (method: string, target: string): Promise<number> => {
    const before = givingWay.checks;
    await ask(t, port, bytesOf(method, target, [bearer(values.writer)]));
    return givingWay.checks - before;
  };
  for (const target of ['/_/verify', '/_/verify/read', '/_/ext-authz/there', '/behind/the/gate'])
    assert.equal(await checksOf('GET', target), 1, target);
  for (const target of ['/_/token', '/_/health/live']) assert.equal(await checksOf('GET', target), 0, target);
});

/** Where checks never end, so that nothing else is ever done. */
class Endless extends GivingWay {
  held = 0;

  override add(): void {
    this.held++;
  }
}

test('lists and creates wait in line, and neither a probe of health nor what takes a right away does', async (t) => {
  const givingWay = new Endless();
  const { port, server, apiCalls } = await stand(t, { givingWay });
  for (const method of ['GET', 'POST']) {
    const asked = once(server, 'request');
    (await RawClient.open(t, port)).send(bytesOf(method, '/_/token', ['Content-Length: 0']));
    await asked;
  }
  await ask(t, port, bytesOf('GET', '/_/health/live'));
  await ask(t, port, bytesOf('DELETE', '/_/token/tok_1'));
  assert.deepEqual([givingWay.held, apiCalls], [2, ['GET /_/health/live', 'DELETE /_/token/tok_1']]);
});

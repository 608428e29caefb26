import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GivingWay } from 'hallpass/giving-way';
import { ask, bearer, bytesOf } from './raw-client.ts';
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

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noConnections } from '../http/connections.ts';
import { bearer, bytesOf, RawClient } from '../http/raw-client.ts';
import { stand } from '../http/stand.ts';
import { RUNS } from './runs.ts';

/** 1,000, and 10,000 in the long run. */
const LEAVING = RUNS / 20;
const AT_ONCE = 20;

test(`C69: ${LEAVING} clients that leave in the middle of an answer take the upstream request with them, and nothing stays`, async (t) => {
  let aborted = 0;
  let tell: () => void = () => {};
  const all = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const { port, values, upstream, live, gate } = await stand(t, {
    upstream: (_request, response) => {
      response.write('x'.repeat(2000));
      response.once('close', () => {
        if (++aborted === LEAVING) tell();
      });
    },
  });
  const leave = async () => {
    const client = await RawClient.open(undefined, port);
    client.send(bytesOf('GET', '/x', [bearer(values.reader)]));
    await client.until((text) => text.length > 1000);
    client.socket.destroy();
  };
  for (let i = 0; i < LEAVING; i += AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, leave));
  await all;
  await noConnections(upstream);
  assert.equal(live.counts.gate.allow, LEAVING);
  assert.equal(gate.watched, 0);
});

import assert from 'node:assert/strict';
import type { RawAnswer } from '../http/raw-client.ts';
import type { ProxyStand } from './stand.ts';

/** Sends what must be refused: one of the statuses comes back, and nothing reaches the service. */
export async function refusedWith(
  stand: ProxyStand,
  bytes: string,
  statuses: readonly number[],
): Promise<RawAnswer> {
  const before = stand.app.seen.length;
  const answer = await stand.ask(bytes);
  const what = bytes.split('\r\n\r\n')[0];
  assert.ok(statuses.includes(answer.status), `${what}\nanswered ${answer.status}\n${answer.body}`);
  assert.equal(stand.app.seen.length, before, `${what}\nreached the service`);
  return answer;
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Replica } from '@hallpass/core/replica';
import { startServer } from '../server.ts';

test('C37: a snapshot holds the former values of a token too, each until its own end', async (t) => {
  const server = await startServer(t);
  const { record: before } = await server.admin.createToken({ name: 'ci' });
  const { record: after } = await server.admin.rotateToken('ci', { overlap: 3_600_000 });
  const answer = await fetch(`${server.url}/_/feed/snapshot`, {
    headers: { Authorization: `Bearer ${server.ownerKey}`, 'Hallpass-Feed': '1' },
  });
  const replica = new Replica();
  const at = { wall: Date.now(), monotonic: 0 };
  replica.beginSnapshot('server', at);
  const outcome = replica.pushSnapshot(new Uint8Array(await answer.arrayBuffer()), at);
  assert.equal(outcome.kind, 'swapped');
  assert.equal(replica.tokens.size, 2);
  for (const [value, expiresAt] of [
    [before.token, after.updated_at + 3_600_000],
    [after.token, null],
  ] as const) {
    const verdict = replica.check({ presented: value ?? '', access: 'read' }, at);
    assert.ok(verdict.allow);
    assert.deepEqual([verdict.principal.id, verdict.principal.expiresAt], [before.id, expiresAt]);
  }
});

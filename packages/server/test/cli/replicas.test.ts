import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WireReplica } from '@hallpass/core/wire';
import { follow } from '../feed/follower.ts';
import { clientStand } from './stand.ts';

test('replicas are listed as a line each, and as JSON as the API has them', async (t) => {
  const { server, hallpass } = await clientStand(t);
  assert.deepEqual(await hallpass(['replicas']), { code: 0, stdout: '', stderr: '' });
  await follow(t, server.url, { name: 'billing-1' });
  const line = await hallpass(['replicas']);
  assert.match(line.stdout, /^billing-1\towner\t1\t0\t\d{4}-\d\d-\d\dT[\d:.]+Z\tfollows\n$/);
  const json = await hallpass(['replicas', '--json']);
  const [replica] = JSON.parse(json.stdout) as WireReplica[];
  assert.deepEqual([replica?.name, replica?.operator, replica?.age_ms], ['billing-1', 'owner', 0]);
});

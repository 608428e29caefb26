import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatPosition } from '@hallpass/core/replica-position';
import { OWNER_KEY } from '../process/ask.ts';
import { Creators } from '../process/clients.ts';
import { place } from '../process/place.ts';
import { type Follower, follow } from './follower.ts';

const REPLICAS = 10;
const KILLED_AFTER = 400;

test('C88: the server is killed while many write; ten replicas come to the same place, and nothing is lost', async (t) => {
  const { serve } = place(t);
  const env = { HALLPASS_OWNER_KEY: OWNER_KEY };
  const first = await serve({ env });
  const followers: Follower[] = [];
  for (let i = 0; i < REPLICAS; i++) {
    followers.push(await follow(t, first.address, { key: OWNER_KEY, name: `one-${i}` }));
  }
  const creators = new Creators(first.address, 'n', 8, (acknowledged) => {
    if (acknowledged === KILLED_AFTER) first.child.kill('SIGKILL');
  });
  await creators.done;
  await first.ended;
  const second = await serve({ env });
  for (const follower of followers) await follower.again(second.address);
  const body = { name: 'last' };
  assert.equal((await second.ask({ method: 'POST', path: '/_/token', key: OWNER_KEY, body })).status, 201);
  const path = '/_/token?wait=30000';
  const answer = await second.ask({ method: 'PUT', path, key: OWNER_KEY, body });
  assert.deepEqual(answer.body.replicas, { confirmed: REPLICAS, pending: [] });
  const { body: list } = await second.ask({ path: '/_/token', key: OWNER_KEY });
  assert.ok((list.data?.length ?? 0) > KILLED_AFTER);
  for (const { replica, place: there } of followers) {
    assert.equal(replica.tokens.size, list.data?.length);
    assert.equal(formatPosition(there), formatPosition(followers[0]?.place ?? there));
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startServer } from '../server.ts';
import { follow } from './follower.ts';

const MANY = 200;

test('C99: two hundred replicas come back at once, and all have everything', async (t) => {
  const server = await startServer(t);
  const { record: token } = await server.admin.createToken({ name: 'a' });
  const followers = await Promise.all(Array.from({ length: MANY }, () => follow(t, server.url)));
  for (const { connection } of followers) connection.close();
  const { record } = await server.admin.createToken({ name: 'b' });
  await Promise.all(followers.map((follower) => follower.again()));
  await Promise.all(followers.map((follower) => follower.reach(record.revision)));
  for (const { replica } of followers) assert.equal(replica.tokens.size, 2);
  const answer = await server.call('PATCH', '/_/token?wait=30000', {
    body: { name: token.name, active: false },
  });
  assert.deepEqual(answer.body.replicas?.pending, []);
  // Whom the server did not yet see leave is there under its old name too.
  assert.ok((answer.body.replicas?.confirmed ?? 0) >= MANY);
});

import assert from 'node:assert/strict';
import { chmodSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DatabaseSync } from '@photostructure/sqlite';
import { OWNER_KEY } from './ask.ts';
import { create, valueIn, verify } from './clients.ts';
import { place } from './place.ts';

const env = { HALLPASS_OWNER_KEY: OWNER_KEY };

/** What a shell does for a server that has no more rights than the modes of its files give: root has them all. */
const OBEYING_MODES =
  process.getuid?.() === 0 ? 'exec setpriv --bounding-set=-dac_override,-dac_read_search -- "$0" "$@"' : ':';

/** What is kept from being written, by the mode it gets and the one it had. */
const KEPT: readonly (readonly [string, string, number, number])[] = [
  ['a database to be read alone', 'hallpass.db', 0o400, 0o600],
  ['a database not even to be read', 'hallpass.db', 0, 0o600],
  ['a lock to be read alone', 'hallpass.db.lock', 0o400, 0o600],
  ['a folder to be read alone', '.', 0o500, 0o700],
];

test('C109: what cannot be written stops the start with 23, and is not called damaged', async (t) => {
  const { data, launch, serve } = place(t);
  const first = await serve({ env });
  const value = valueIn(await create(first.address, 'before'));
  first.child.kill('SIGTERM');
  assert.equal((await first.ended).code, 0);
  for (const [what, file, kept, usual] of KEPT)
    await t.test(what, async () => {
      const before = readdirSync(data);
      chmodSync(join(data, file), kept);
      const { code, stderr, stdout } = await launch({ env, shell: OBEYING_MODES }).ended;
      chmodSync(join(data, file), usual);
      assert.equal(code, 23, stderr);
      assert.match(
        stderr,
        /^error: The database cannot be written\. Give this process write access[^\n]*\n$/,
      );
      assert.equal(stdout, '');
      assert.deepEqual(readdirSync(data), before);
    });
  const again = await serve({ env, shell: OBEYING_MODES });
  assert.deepEqual(await verify(again.address, [value]), [200]);
});

test('C109: a database that another program holds stops the start with 21 and is not called damaged', async (t) => {
  const { data, launch, serve } = place(t);
  const first = await serve({ env });
  first.child.kill('SIGTERM');
  assert.equal((await first.ended).code, 0);
  const other = new DatabaseSync(join(data, 'hallpass.db'));
  other.exec('pragma locking_mode = exclusive; begin exclusive');
  const { code, stderr } = await launch({ env }).ended;
  other.close();
  assert.equal(code, 21, stderr);
  assert.match(stderr, /^error: Another program holds the database\. Stop it[^\n]*\n$/);
});

test('C109: while another program holds the database checks go on, changes wait and are 503 in the end', async (t) => {
  const { data, serve } = place(t);
  const server = await serve({ env });
  const value = valueIn(await create(server.address, 'before'));
  const wrong = `${value.slice(0, -1)}${value.endsWith('0') ? '1' : '0'}`;
  const other = new DatabaseSync(join(data, 'hallpass.db'));
  other.exec('begin immediate');
  const waiting = create(server.address, 'waiting');
  assert.deepEqual(await verify(server.address, [value, wrong]), [200, 401]);
  const refused = await waiting;
  assert.equal(refused.status, 503);
  assert.equal(refused.body.code, 'storage_unavailable');
  assert.match(String(refused.headers['retry-after']), /^\d+$/);
  const late = create(server.address, 'late');
  assert.deepEqual(await verify(server.address, [value, wrong]), [200, 401]);
  other.exec('rollback');
  other.close();
  assert.equal((await late).status, 201);
  const list = await server.ask({ path: '/_/token', key: OWNER_KEY });
  assert.deepEqual(
    list.body.data.map((record) => record['name']),
    ['before', 'late'],
  );
});

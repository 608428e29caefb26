import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadTokens } from '@hallpass/core/packed';
import { mint } from '@hallpass/core/token';
import { TokenTable } from '@hallpass/core/token-table';
import { DENY } from '@hallpass/core/verdict';
import { DatabaseSync } from '@photostructure/sqlite';
import { bootstrapOwner } from 'hallpass/control/bootstrap';
import type { Control } from 'hallpass/control/control';
import { createToken } from 'hallpass/control/create-token';
import { Turns } from 'hallpass/control/turns';
import { SealingVault } from 'hallpass/control/vault';
import { Live } from 'hallpass/live';
import { openSqlite } from 'hallpass/store/sqlite/open';
import { Usage } from 'hallpass/usage';
import { OWNER_KEY } from './ask.ts';
import { create, valueIn, verify } from './clients.ts';
import { place } from './place.ts';

test('C115: an exception in a handler is a 500 that says nothing of it, and the server lives', async (t) => {
  const made = place(t);
  const env = { HALLPASS_OWNER_KEY: OWNER_KEY };
  const first = await made.serve({ env });
  const value = valueIn(await create(first.address, 'a'));
  first.child.kill('SIGTERM');
  await first.ended;
  // A sealed value that nobody can open any more makes the handler throw.
  const database = new DatabaseSync(join(made.data, 'hallpass.db'));
  database.exec('update token set sealed = zeroblob(68)');
  database.close();

  const server = await made.serve({ env });
  const answer = await server.ask({ path: '/_/token/value?name=a', key: OWNER_KEY });
  assert.equal(answer.status, 500);
  const { type, title, status, detail, code, request_id, ...more } = answer.body;
  assert.deepEqual(
    { type, title, status, code },
    {
      type: 'urn:hallpass:error:internal',
      title: 'Something went wrong',
      status: 500,
      code: 'internal',
    },
  );
  assert.match(detail, /its log has the rest under this request id/);
  assert.deepEqual(more, {});
  await server.printed(`"request_id":"${request_id}","code":"internal","err":{`);
  assert.deepEqual(await verify(server.address, [value]), [200]);
  assert.equal((await create(server.address, 'b')).status, 201);
});

test('C115: an exception in the decision is a refusal', () => {
  class BrokenTable extends TokenTable {
    override find(): never {
      throw new Error('a mistake in the table');
    }
  }
  const live = new Live(new BrokenTable(), new Usage(), () => 0);
  live.open(1);
  const presented = mint('hp_', randomBytes).reveal();
  assert.equal(live.check({ presented, access: 'read' }, 'gate'), DENY.fault);
  assert.equal(live.counts.gate.fault, 1);
});

test('C118: without entropy a create fails, and nothing is stored', async (t) => {
  const { data } = place(t);
  mkdirSync(data);
  const store = await openSqlite({ file: join(data, 'hallpass.db'), random: randomBytes, clock: Date.now });
  const vault = new SealingVault(createSecretKey(randomBytes(32)), randomBytes);
  const control: Control = { store, vault, clock: Date.now, random: randomBytes, turns: new Turns() };
  await bootstrapOwner(control, mint('hpo_', randomBytes));
  const [operator] = await store.listOperators();
  assert.ok(operator);
  const before = await store.listAudit(null, 10);
  const exhausted = () => {
    throw new Error('no entropy');
  };
  const input = { name: 'a', expiresAt: null, active: true, write: true, description: '' };
  const caller = { operator, address: null, requestId: 'x' };
  await assert.rejects(createToken({ ...control, random: exhausted }, caller, input), /no entropy/);
  const noNonce = new SealingVault(createSecretKey(randomBytes(32)), exhausted);
  await assert.rejects(createToken({ ...control, vault: noNonce }, caller, input), /no entropy/);

  const tokens = new TokenTable();
  await store.load(
    (count) => assert.equal(count, 0),
    (batch) => loadTokens(tokens, batch),
  );
  assert.equal(tokens.size, 0);
  assert.deepEqual(await store.listAudit(null, 10), before);
  await store.close();
});

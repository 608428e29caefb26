import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { digestOf, digestToBytes } from '@hallpass/core/digest';
import { newTokenId } from '@hallpass/core/id';
import { mint } from '@hallpass/core/token';
import { DatabaseSync } from '@photostructure/sqlite';
import { openSqlite } from 'hallpass/store/sqlite/open';
import { ask, OWNER_KEY } from './ask.ts';
import { create, valueIn, verify } from './clients.ts';
import { place } from './place.ts';

const env = { HALLPASS_OWNER_KEY: OWNER_KEY };
const AT = 1_800_000_000_000;

test('C113: out of file descriptors it turns connections away, and recovers alone', async (t) => {
  const server = await place(t).serve({ env, shell: 'ulimit -n 256' });
  const value = valueIn(await create(server.address, 'a'));
  const kept = new Agent({ keepAlive: true, maxSockets: 1 });
  const check = () => ask(server.address, { path: '/_/verify/read', key: value, agent: kept });
  assert.equal((await check()).status, 200);

  const port = Number(new URL(server.address).port);
  const crowd = Array.from({ length: 400 }, () => connect(port, '127.0.0.1'));
  const closed = crowd.map((socket) => {
    socket.on('error', () => socket.destroy());
    return once(socket, 'close');
  });
  // The server gives up those it cannot hold.
  await Promise.race(closed);
  assert.equal((await check()).status, 200);
  for (const socket of crowd) socket.destroy();
  await Promise.all(closed);

  kept.destroy();
  assert.equal((await create(server.address, 'b')).status, 201);
  assert.equal((await ask(server.address, { path: '/_/health/ready' })).status, 200);
});

/**
 * Puts so many tokens into a new database, past the store, which would take its time to write a journal and an
 * audit trail for each; gives some of their values.
 */
async function filled(data: string, count: number): Promise<string[]> {
  mkdirSync(data, { mode: 0o700 });
  const file = join(data, 'hallpass.db');
  await (await openSqlite({ file, random: randomBytes, clock: Date.now })).close();
  const database = new DatabaseSync(file);
  const insert = database.prepare(`insert into token values
    (?, 'service ' || ?3, ?2, ?4, 'hp_…0000', null, 1, 1, '', 'ops', ${AT}, ${AT}, null, ?3, ?3)`);
  const values: string[] = [];
  database.exec('begin');
  for (let i = 1; i <= count; i++) {
    const value = mint('hp_', randomBytes).reveal();
    insert.run(newTokenId(AT, randomBytes), digestToBytes(digestOf(value)), i, randomBytes(68));
    if (i % 1000 === 0) values.push(value);
  }
  database.exec(`update head set revision = ${count}; commit; pragma wal_checkpoint(truncate)`);
  database.close();
  return values;
}

/** The most memory the process ever held, in bytes. */
function peakOf(pid: number | undefined): number {
  const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1]) * 1024;
}

test('C114: 100,000 tokens live in 256 MB: checks, the whole list and creates', async (t) => {
  const made = place(t);
  const values = await filled(made.data, 100_000);
  const server = await made.serve({ env: { ...env, NODE_OPTIONS: '--max-old-space-size=96' } });
  assert.ok((await verify(server.address, values)).every((status) => status === 200));
  const list = await server.ask({ path: '/_/token', key: OWNER_KEY });
  assert.equal(list.body.data.length, 100_000);
  assert.equal((await create(server.address, 'one-more')).status, 201);
  const peak = peakOf(server.child.pid);
  assert.ok(peak < 256 * 1024 * 1024, `${Math.round(peak / 1024 / 1024)} MB`);
});

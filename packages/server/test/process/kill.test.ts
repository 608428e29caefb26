import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditHash, FIRST_HASH } from '@hallpass/core/audit';
import type { WireAuditEntry } from '@hallpass/core/wire';
import { OWNER_KEY } from './ask.ts';
import { Creators, create, valueIn, verify } from './clients.ts';
import { type Place, place, type ReadyServer } from './place.ts';

const ROUNDS = 40;
const CLIENTS = 4;

const serve = ({ serve: start }: Place) =>
  start({ env: { HALLPASS_OWNER_KEY: OWNER_KEY, HALLPASS_LOG_LEVEL: 'info' } });

/** Kills the server in the middle of creates, once `count` are acknowledged. */
async function killed(server: ReadyServer, prefix: string, count: number): Promise<Creators> {
  const creators = new Creators(server.address, prefix, CLIENTS, (acknowledged) => {
    if (acknowledged === count) server.child.kill('SIGKILL');
  });
  await creators.done;
  await server.ended;
  assert.deepEqual(creators.refused, []);
  return creators;
}

/** Repeats, twice, the creates that were cut off: each must give one token, whether the first try was stored or not. */
async function repeated(server: ReadyServer, names: readonly string[]): Promise<Map<string, string>> {
  const values = new Map<string, string>();
  for (const name of names) {
    const [first, second] = [await create(server.address, name), await create(server.address, name)];
    assert.deepEqual([first.status, second.status], [201, 201]);
    assert.equal(valueIn(first), valueIn(second));
    values.set(name, valueIn(first));
  }
  return values;
}

/** Reads the audit trail, newest first, and holds every hash against the entry before. */
async function assertChained(server: ReadyServer): Promise<void> {
  const entries: WireAuditEntry[] = [];
  for (let cursor: string | null | undefined = ''; typeof cursor === 'string'; ) {
    const path: string = `/_/audit?limit=1000${cursor === '' ? '' : `&cursor=${cursor}`}`;
    const { body, status } = await server.ask({ path, key: OWNER_KEY });
    assert.equal(status, 200);
    entries.push(...(body.data as unknown as WireAuditEntry[]));
    cursor = body.next_cursor;
  }
  let previous: Uint8Array = FIRST_HASH;
  for (const [index, entry] of entries.reverse().entries()) {
    assert.equal(entry.sequence, index + 1);
    const { at, actor, outcome, address, detail } = entry;
    previous = auditHash(previous, entry.sequence, {
      ...{ at, actor, outcome, address, detail },
      action: entry.action as 'token.create',
      actorId: entry.actor_id,
      targetId: entry.target_id,
      targetName: entry.target_name,
      requestId: entry.request_id,
    });
    assert.equal(Buffer.from(previous).toString('hex'), entry.hash);
  }
}

test(`C38, C103: kill -9 during creates loses nothing acknowledged, in ${ROUNDS} rounds on one folder`, async (t) => {
  const made = place(t);
  const values = new Map<string, string>();
  let server = await serve(made);
  for (let round = 0; round < ROUNDS; round++) {
    const { acknowledged, unanswered } = await killed(server, `r${round}`, 1 + ((round * 7) % 30));
    server = await serve(made);
    for (const [name, value] of await repeated(server, unanswered)) values.set(name, value);
    for (const { name, token } of acknowledged) values.set(name, token);
    const tokens = acknowledged.map(({ token }) => token);
    assert.ok((await verify(server.address, tokens)).every((status) => status === 200));
  }
  assert.ok((await verify(server.address, [...values.values()])).every((status) => status === 200));
  const list = await server.ask({ path: '/_/token', key: OWNER_KEY });
  const names = list.body.data.map((record) => String(record['name']));
  assert.deepEqual(names.sort(), [...values.keys()].sort());
  await assertChained(server);
});

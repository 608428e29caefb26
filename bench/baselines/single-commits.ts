// What a create must at least do to be durable, with nothing around it: a transaction each that writes the same rows
// as the server (token, journal, audit, head) into the same tables, in a file in WAL mode with synchronous=FULL, one
// after the other, without HTTP. Prints the number a second. Arguments: file, milliseconds to warm up, to measure.
import { randomBytes } from 'node:crypto';
import { newTokenId } from '@hallpass/core/id';
import { openDatabase } from 'hallpass/store/sqlite/database';

const [file = '', warmUpMs, measureMs] = process.argv.slice(2);
const database = await openDatabase(file, 'bench');

const begin = database.prepare('begin immediate');
const commit = database.prepare('commit');
const insertToken = database.prepare(`
  insert into token (id, name, digest, sealed, hint, expires_at, active, write, description, created_by, created_at,
    updated_at, last_used_at, revision, position)
  values (?, ?, ?, ?, 'hp_…a1B2', null, 1, 1, '', 'owner', ?, ?, null, ?, ?)`);
const insertJournal = database.prepare(
  `insert into journal (revision, at, kind, subject, digest, state, chain) values (?, ?, 'token', ?, ?, ?, ?)`,
);
const insertAudit = database.prepare(`
  insert into audit (sequence, at, actor, actor_id, action, target_id, target_name, outcome, address, request_id,
    detail, hash)
  values (?, ?, 'owner', 'opr_01J00000000000000000000000', 'token.create', ?, ?, 'done', '127.0.0.1', ?, ?, ?)`);
const moveHead = database.prepare(
  'update head set revision = ?, chain = ?, audit_sequence = ?, audit_hash = ?',
);

let made = 0;

function create(): void {
  const now = Date.now();
  const number = ++made;
  const id = newTokenId(now, randomBytes);
  const name = `bench-${process.pid}-${String(number).padStart(12, '0')}`;
  const [digest, sealed, chain, hash] = [randomBytes(32), randomBytes(68), randomBytes(16), randomBytes(32)];
  begin.run();
  insertToken.run(id, name, digest, sealed, now, now, number, number);
  const state = JSON.stringify({ name, expiresAt: null, active: true, write: true });
  insertJournal.run(number, now, id, digest, state, chain);
  const detail = JSON.stringify({ expires_at: null, active: true, write: true });
  insertAudit.run(number, now, id, name, `request-${number}`, detail, hash);
  moveHead.run(number, chain, number, hash);
  commit.run();
}

/** How many a second. */
function createFor(milliseconds: number): number {
  const [before, start] = [made, performance.now()];
  while (performance.now() - start < milliseconds) create();
  return ((made - before) / (performance.now() - start)) * 1000;
}

createFor(Number(warmUpMs));
console.log(createFor(Number(measureMs)));
database.close();

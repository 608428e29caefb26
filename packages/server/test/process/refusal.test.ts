import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { DatabaseSync } from '@photostructure/sqlite';
import { listening } from './listening.ts';
import { type Launch, type Place, place } from './place.ts';

/** A data folder whose server has run and stopped in order. */
async function used(t: TestContext): Promise<Place & { readonly database: string }> {
  const made = place(t);
  const server = await made.serve();
  server.child.kill('SIGTERM');
  assert.equal((await server.ended).code, 0);
  return { ...made, database: join(made.data, 'hallpass.db') };
}

/** The digest of every file, by its name. */
function filesIn(folder: string): Map<string, string> {
  const digest = (file: string) =>
    createHash('sha256')
      .update(readFileSync(join(folder, file)))
      .digest('hex');
  return new Map(readdirSync(folder).map((file) => [file, digest(file)]));
}

/** The server must end with `code`, say `why` in one line, and leave every file that is there as it was. */
async function refuses(
  { data, launch }: Place,
  code: number,
  why: RegExp,
  options: Launch = {},
): Promise<void> {
  const before = filesIn(data);
  const ended = await launch(options).ended;
  assert.equal(ended.code, code, ended.stderr);
  assert.match(ended.stderr, /^[^\n]+\n$/);
  assert.match(ended.stderr, why);
  assert.equal(ended.stdout, '');
  const after = filesIn(data);
  for (const [file, digest] of before) assert.equal(after.get(file), digest, file);
}

/** Overwrites one page in the middle of the file. */
function damage(database: string): void {
  const bytes = readFileSync(database);
  randomBytes(4096).copy(bytes, Math.floor(bytes.length / 2 / 4096) * 4096);
  writeFileSync(database, bytes);
}

const FAULTS: readonly (readonly [string, (database: string) => void, RegExp])[] = [
  ['an empty file', (database) => truncateSync(database), /hallpass\.db is empty\. Restore it/],
  ['a header cut short', (database) => truncateSync(database, 50), /hallpass\.db is cut short\. Restore it/],
  [
    'a file cut short',
    (database) => truncateSync(database, statSync(database).size - 4096),
    /hallpass\.db is cut short\. Restore it/,
  ],
  [
    'random bytes',
    (database) => writeFileSync(database, randomBytes(65_536)),
    /hallpass\.db is not a database of Hallpass/,
  ],
  [
    'a database of something else',
    (database) => {
      rmSync(database);
      const foreign = new DatabaseSync(database);
      foreign.exec('create table token (name text)');
      foreign.close();
    },
    /hallpass\.db is not a database of Hallpass/,
  ],
  ['a damaged page', damage, /hallpass\.db is damaged\. Restore it/],
  ['a database that is gone', (database) => rmSync(database), /hallpass\.db is gone\. Restore it/],
];

test('C106: a database that cannot be one stops the start with 20, and no file is touched', async (t) => {
  const made = await used(t);
  const whole = join(made.folder, 'whole');
  cpSync(made.data, whole, { recursive: true });
  for (const [what, spoil, why] of FAULTS)
    await t.test(what, async () => {
      rmSync(made.data, { recursive: true });
      cpSync(whole, made.data, { recursive: true });
      spoil(made.database);
      await refuses(made, 20, why);
    });
});

test('C106: a database of a newer version stops the start with 22, and no file is touched', async (t) => {
  const made = await used(t);
  const newer = new DatabaseSync(made.database);
  newer.exec('pragma user_version = 1000; pragma wal_checkpoint(truncate)');
  newer.close();
  await refuses(made, 22, /was written by a newer version of Hallpass/);
});

test('a second server on the same database ends with 21, and the first goes on', async (t) => {
  const made = place(t);
  const first = await made.serve();
  const { code, stderr } = await made.launch().ended;
  assert.equal(code, 21);
  assert.match(stderr, /^error: Another server works on [^\n]*hallpass\.db\. Stop it first[^\n]*\n$/);
  const key = readFileSync(join(made.data, 'owner.key'), 'utf8').trim();
  const created = await first.ask({ method: 'POST', path: '/_/token', key, body: { name: 'a' } });
  assert.equal(created.status, 201);
});

test('a wrong secret key ends the start with 25, and no file is touched', async (t) => {
  const made = await used(t);
  const env = { HALLPASS_SECRET_KEY: randomBytes(32).toString('base64') };
  await refuses(made, 25, /secret key is not the one that sealed/, { env });
});

test('a secret key file that holds no key ends the start with 25, and no file is touched', async (t) => {
  const made = await used(t);
  writeFileSync(join(made.data, 'secret.key'), 'half a k');
  await refuses(made, 25, /secret\.key does not hold a key of 32 bytes/);
});

test('a data folder that is a file, or below one, ends the start with 23', async (t) => {
  const { folder, launch } = place(t);
  const file = join(folder, 'file');
  writeFileSync(file, 'mine');
  for (const data of [file, join(file, 'below')]) {
    const { code, stderr } = await launch({ env: { HALLPASS_DATA: data } }).ended;
    assert.equal(code, 23, stderr);
    assert.match(stderr, /^error: The data folder [^\n]* cannot be made[^\n]*\n$/);
  }
  assert.equal(readFileSync(file, 'utf8'), 'mine');
});

test('a data folder whose place takes no folders ends the start with 23, at once', async (t) => {
  const { launch } = place(t);
  const { code, stderr } = await launch({ env: { HALLPASS_DATA: '/proc/nope' } }).ended;
  assert.equal(code, 23);
  assert.match(stderr, /^error: The data folder [^\n]* cannot be made[^\n]*\n$/);
});

test('a data folder that cannot be written ends the start with 23', async (t) => {
  const { data, launch } = place(t);
  mkdirSync(data, { mode: 0o700 });
  // No file may grow, which holds for root as well, as a missing permission would not.
  const { code, stderr } = await launch({ shell: 'ulimit -f 0' }).ended;
  assert.equal(code, 23, stderr);
  assert.match(stderr, /^[^\n]+\n$/);
});

test('a port that is taken ends the start with 24 and says which', async (t) => {
  const { launch } = place(t);
  const port = await listening(t, createServer());
  const { code, stderr } = await launch({ env: { HALLPASS_PORT: String(port) } }).ended;
  assert.equal(code, 24);
  assert.match(
    stderr,
    new RegExp(`^error: Something listens on 127\\.0\\.0\\.1 port ${port} already[^\\n]*\\n$`),
  );
});

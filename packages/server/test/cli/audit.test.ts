import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WireAuditEntry } from '@hallpass/core/wire';
import { examine } from 'hallpass/cli/audit/verify';
import { BIN, start } from './process.ts';
import { clientStand } from './stand.ts';

test('audit shows what was done, the newest at the end', async (t) => {
  const { hallpass } = await clientStand(t);
  await hallpass(['token', 'create', 'ci']);
  await hallpass(['token', 'delete', 'ci', '--yes']);
  const rows = (await hallpass(['audit'])).stdout.trimEnd().split('\n');
  assert.deepEqual(
    rows.map((row) => row.split('\t').slice(2, 6)),
    [
      ['system', 'store.bootstrap', 'owner', 'done'],
      ['owner', 'token.create', 'ci', 'done'],
      ['owner', 'token.delete', 'ci', 'done'],
    ],
  );
  const last = (await hallpass(['audit', '--limit', '1', '--jsonl'])).stdout;
  assert.equal(JSON.parse(last).action, 'token.delete');
});

test('audit --follow goes on with what happens, until Ctrl-C ends it with 130', async (t) => {
  const { hallpass, env, folder, server } = await clientStand(t);
  const following = start(BIN, ['audit', '--follow'], { ...env, XDG_CONFIG_HOME: folder }, folder);
  await following.printed('store.bootstrap');
  await server.admin.createToken({ name: 'later' });
  await following.printed('later');
  following.child.kill('SIGINT');
  const { code, stdout } = await following.ended;
  assert.equal(code, 130);
  assert.equal(stdout.split('\n').length, 3);
  assert.equal((await hallpass(['audit', '--follow', '--json'])).code, 2);
});

test('audit verify recomputes every hash over all pages', async (t) => {
  const { hallpass, server } = await clientStand(t);
  for (let i = 0; i < 30; i++) await server.admin.createToken({ name: `t${i}` });
  const { code, stdout } = await hallpass(['audit', 'verify']);
  assert.equal(code, 0);
  assert.match(stdout, /^31 entries, unbroken; the head is 31 [0-9a-f]{64}\n$/);

  const trail: WireAuditEntry[] = [];
  for await (const entry of server.admin.listAudit({ page: 7 })) trail.push(entry);
  async function* all(entries: readonly WireAuditEntry[]) {
    yield* entries;
  }
  assert.equal((await examine(all(trail))).broken_at, null);
  for (let i = 0; i < trail.length; i++) {
    const entry = trail[i] as WireAuditEntry;
    const edited = trail.with(i, { ...entry, actor: 'nobody' });
    assert.equal((await examine(all(edited))).broken_at, entry.sequence);
    const cut = trail.toSpliced(i, 1);
    // The newest can be cut off unseen: that is what the head is printed for.
    if (i > 0) assert.notEqual((await examine(all(cut))).broken_at, null);
  }
});

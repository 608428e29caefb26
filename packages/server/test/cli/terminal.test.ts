import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { clientStand } from './stand.ts';
import { openTerminal } from './terminal.ts';

const ESCAPE = '\u001b';

test('on a terminal, create asks for name, expiry and access, and the value still stands alone', async (t) => {
  const { server, env } = await clientStand(t);
  const terminal = await openTerminal(t, env);
  await terminal.type('hallpass token create > value; wc -l < value');
  await terminal.until(/What is the token for/);
  await terminal.press('Enter');
  await terminal.until(/The name must not be empty/);
  await terminal.type('ci');
  const presets = await terminal.until(/When does it end\?[\s\S]*never/);
  for (const preset of ['7 days', '● 30 days', '90 days', 'a year'])
    assert.ok(presets.includes(preset), preset);
  await terminal.press('Up', 'Enter');
  await terminal.until(/What may it do/);
  await terminal.press('Up', 'Enter');
  await terminal.until(/Created ci: active, may only read, expires .* UTC, in 7 days\./);
  assert.equal((await server.call('GET', '/_/token')).body.data.length, 1);
});

test('never is taken with a warning, and another time is asked for', async (t) => {
  const { env } = await clientStand(t);
  const terminal = await openTerminal(t, env);
  await terminal.type('hallpass token create --write');
  await terminal.until(/What is the token for/);
  await terminal.type('first');
  await terminal.until(/When does it end/);
  await terminal.press('Down', 'Down', 'Down', 'Enter');
  await terminal.until(/Created first: .* never expires\.\nwarning: It works until/);
  await terminal.until(/ended with 0/);
  await terminal.type('clear; hallpass token create --write');
  await terminal.until(/What is the token for/);
  await terminal.type('second');
  await terminal.until(/When does it end/);
  await terminal.press('Up', 'Up', 'Enter');
  await terminal.until(/Until when/);
  await terminal.type('1893456000');
  await terminal.until(/looks like seconds/);
});

test('Ctrl-C at a question ends with 130 and does nothing', async (t) => {
  const { server, env } = await clientStand(t);
  const terminal = await openTerminal(t, env);
  await terminal.type('hallpass token create');
  await terminal.until(/What is the token for/);
  await terminal.press('C-c');
  await terminal.until(/error: Cancelled\. Nothing was done\.\s+ended with 130/);
  assert.deepEqual((await server.call('GET', '/_/token')).body.data, []);
});

test('Ctrl-C while following ends with 130', async (t) => {
  const { env } = await clientStand(t);
  const terminal = await openTerminal(t, env);
  await terminal.type('hallpass audit --follow');
  await terminal.until(/store\.bootstrap/);
  await terminal.press('C-c');
  await terminal.until(/ended with 130/);
});

test('what cannot be undone is asked first; no is the default', async (t) => {
  const { server, env } = await clientStand(t);
  await server.admin.createToken({ name: 'ci' });
  const terminal = await openTerminal(t, env);
  await terminal.type('hallpass token delete ci');
  await terminal.until(/Delete ci\?/);
  await terminal.press('Enter');
  await terminal.until(/Nothing was done[\s\S]*ended with 130/);
  assert.equal((await server.call('GET', '/_/token')).body.data.length, 1);
  await terminal.type('clear; hallpass token delete ci');
  await terminal.until(/Delete ci\?/);
  await terminal.press('y');
  await terminal.until(/Deleted ci[\s\S]*ended with 0/);
  assert.equal((await server.call('GET', '/_/token')).body.data.length, 0);
});

test('--no-input and TERM=dumb ask nothing on a terminal', async (t) => {
  const { env } = await clientStand(t);
  const terminal = await openTerminal(t, env);
  await terminal.type('hallpass token create --no-input');
  await terminal.until(/Give the token a name[\s\S]*ended with 2/);
  await terminal.type('clear; TERM=dumb hallpass token delete ci');
  await terminal.until(/add --yes[\s\S]*ended with 2/);
});

test('login asks for the key and never shows it', async (t) => {
  const { server } = await clientStand(t);
  const terminal = await openTerminal(t, { HALLPASS_URL: server.url });
  await terminal.type('hallpass login');
  await terminal.until(/Operator key for http/);
  await terminal.type('hpo_wrong');
  await terminal.until(/does not hold an operator key/);
  await terminal.press('C-u');
  await terminal.type(server.ownerKey);
  const screen = await terminal.until(/Logged in to .* as owner[\s\S]*ended with 0/);
  assert.ok(!screen.includes(server.ownerKey) && !screen.includes('hpo_wrong'));
});

test('a table fits the width of the terminal, also after a resize, with relative times', async (t) => {
  const { server, env } = await clientStand(t);
  const name = 'a-name-that-is-quite-long-for-a-terminal-this-wide';
  await server.admin.createToken({ name, expiration_date: Date.now() + 30 * 86_400_000 });
  const terminal = await openTerminal(t, env, 120);
  await terminal.type('hallpass token list');
  const wide = await terminal.until(/ended with 0/);
  assert.match(wide, /^NAME +STATUS +ACCESS +EXPIRES +LAST USED +CREATED BY +HINT$/m);
  assert.match(wide, new RegExp(`^${name} +active +write +in 30 days +never +owner +hp_…....$`, 'm'));
  await terminal.resize(40);
  await terminal.type('clear; hallpass token list');
  const narrow = await terminal.until(/LAST USED\n[\s\S]*ended with 0/);
  assert.match(narrow, /^NAME +STATUS +EXPIRES +LAST USED\na-name-t… +active +in 30 days +never$/m);
});

test('a form goes on when the terminal is resized', async (t) => {
  const { env } = await clientStand(t);
  const terminal = await openTerminal(t, env);
  await terminal.type('hallpass token create');
  await terminal.until(/What is the token for/);
  await terminal.resize(50);
  await terminal.type('ci');
  await terminal.until(/When does it end/);
  await terminal.press('Enter');
  await terminal.until(/What may it do/);
  await terminal.press('Enter');
  await terminal.until(/ended with 0/);
});

test('what takes its time shows how far it is in a line that is gone at the end, and not where TERM=dumb', async (t) => {
  const { server, env, folder } = await clientStand(t);
  const terminal = await openTerminal(t, { ...env, HALLPASS_DATA: server.data });
  const file = (name: string) => join(folder, name);
  for (const [before, name, shown] of [
    ['', 'shown', true],
    ['TERM=dumb', 'dumb', false],
  ] as const) {
    await terminal.record(file(`${name}.log`));
    await terminal.type(`clear; ${before} hallpass backup ${file(name)}; echo ma''de-${name}`);
    const screen = await terminal.until(
      new RegExp(`all of it was checked[\\s\\S]*ended with 0\\s+^made-${name}`, 'm'),
    );
    assert.ok(!screen.includes('Backing up ['));
    assert.equal(readFileSync(file(`${name}.log`), 'utf8').includes('Backing up ['), shown, name);
  }
});

test('colours help on a terminal, and NO_COLOR and TERM=dumb switch them off', async (t) => {
  const { server, env } = await clientStand(t);
  await server.admin.createToken({ name: 'ci' });
  const terminal = await openTerminal(t, env);
  let lists = 0;
  const list = async (before: string) => {
    lists++;
    // In two parts, so that it is the answer which ends the wait, and neither the question nor the answer before.
    await terminal.type(`clear; ${before} hallpass token list; echo list''ed-${lists}`);
    return terminal.until(new RegExp(`ci .*active[\\s\\S]*^listed-${lists}`, 'm'), { colours: true });
  };
  assert.ok((await list('')).includes(`${ESCAPE}[32mactive`));
  for (const off of ['NO_COLOR=1', 'TERM=dumb']) assert.ok(!(await list(off)).includes(ESCAPE), off);
});

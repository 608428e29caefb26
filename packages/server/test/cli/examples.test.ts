import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { writeContexts } from 'hallpass/cli/contexts';
import { guideOf } from 'hallpass/cli/examples';
import { offline } from 'hallpass/store/sqlite/offline';
import { makeCertificate } from '../listen/certificate.ts';
import { temporaryFolder } from '../server.ts';
import { BIN } from './process.ts';
import { everyCommand, everyExample, wholeProgram } from './program.ts';
import { clientStand, type Stand } from './stand.ts';

/** What an example ends with, where that is not 0: without a terminal nothing is asked. */
const ASKS = ['hallpass login', 'hallpass token create'];
/** There is no service behind that server, and the doctor says so. */
/** A database stands there. */
const STOPS = 'hallpass restore hallpass.backup';
const FINDS_FAULTS = 'hallpass doctor proxy';
const GOES_ON = /hallpass serve|--follow/;

async function prepare(context: TestContext, line: string): Promise<Stand> {
  const stand = await clientStand(context);
  const { folder, server } = stand;
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin/hallpass'), `#!/bin/sh\nexec '${process.execPath}' '${BIN}' "$@"\n`);
  chmodSync(join(folder, 'bin/hallpass'), 0o755);
  const prod = { url: server.url, key: server.ownerKey };
  await writeContexts(join(folder, 'config/hallpass/contexts.json'), { current: 'prod', contexts: { prod } });
  if (!line.includes(' create ')) {
    const { record } = await server.admin.createToken({ name: 'ci' });
    writeFileSync(join(folder, 'token'), `${record.token}\n`, { mode: 0o600 });
    await server.admin.createOperator({ name: 'ana', role: 'manager' });
  }
  if (line.startsWith('hallpass restore')) await makeRestorable(stand);
  if (line.includes(' doctor ')) {
    const reader = await server.admin.createToken({ name: 'reader', write: false });
    writeFileSync(join(folder, 'ro.txt'), `${reader.record.token}\n`, { mode: 0o600 });
    writeFileSync(join(folder, 'rw.txt'), `${await server.admin.tokenValue('ci')}\n`, { mode: 0o600 });
  }
  return stand;
}

/** A backup, and a database of a server that does not run. */
async function makeRestorable({ folder, server }: Stand): Promise<void> {
  const backup = join(folder, 'hallpass.backup');
  await offline('backUp', { from: join(server.data, 'hallpass.db'), to: backup, over: false });
  const order = { backup, over: false, epoch: 'epoch', now: Date.now() };
  await offline('restore', { ...order, file: join(folder, 'data/hallpass.db') });
}

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function inShell(line: string, { folder, env, server }: Stand, more: Record<string, string>): Promise<Run> {
  const own = {
    PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
    XDG_CONFIG_HOME: join(folder, 'config'),
  };
  const child = spawn('bash', ['--norc', '-euo', 'pipefail', '-c', line], {
    cwd: folder,
    env: { ...own, ...env, ...more },
    detached: true,
  });
  const seen = { stdout: '', stderr: '' };
  let goesOn = GOES_ON.test(line);
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      seen[name] += text;
      if (!goesOn || !child.pid || !/"msg":"ready"|store\.bootstrap/.test(seen.stdout)) return;
      goesOn = false;
      process.kill(-child.pid, 'SIGINT');
    });
  child.stdin.end(line.includes('--key-file -') ? server.ownerKey : '');
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...seen })));
}

/** The line as it runs here: our address, and what only that shell knows left out. */
function runnable(line: string, { server }: Stand): string {
  const local = line.replaceAll('https://hallpass.example.com', server.url);
  return local.replace(/^source <\((hallpass completion zsh)\)$/, '$1 > zsh-completion');
}

test('every command of the command line has examples', async () => {
  for (const command of everyCommand(await wholeProgram())) {
    assert.ok(guideOf(command).examples.length > 0, command.name());
  }
  assert.ok((await everyExample()).length > 40);
});

for (const line of await everyExample())
  test(`the example runs: ${line}`, async (t) => {
    const stand = await prepare(t, line);
    const more: Record<string, string> = line.startsWith('hallpass serve')
      ? { HALLPASS_DATA: temporaryFolder(t), PORT: '0' }
      : {};
    if (line.includes('--tls-cert'))
      for (const [name, pem] of Object.entries(makeCertificate('example')))
        writeFileSync(join(stand.folder, `${name}.pem`), pem, { mode: 0o600 });
    if (line.startsWith('hallpass backup')) more['HALLPASS_DATA'] = stand.server.data;
    if (line.includes('printenv')) more['API_TOKEN'] = await stand.server.admin.tokenValue('ci');
    const { code, stderr } = await inShell(runnable(line, stand), stand, more);
    const expected = ASKS.includes(line)
      ? 2
      : line === STOPS
        ? 5
        : line.includes('--follow')
          ? 130
          : Number(line.startsWith(FINDS_FAULTS));
    assert.equal(code, expected, stderr);
  });

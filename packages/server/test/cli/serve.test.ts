import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BIN, inFolder, type Started, start } from './process.ts';

const SCRIPT = fileURLToPath(new URL('./serve-process.js', import.meta.url));

async function started(behaviour: string): Promise<Started> {
  const server = start(SCRIPT, [behaviour, '--port', '7']);
  await server.printed('started for port 7');
  return server;
}

for (const signal of ['SIGTERM', 'SIGINT'] as const)
  test(`${signal} stops the server and the exit code is 0`, async () => {
    const { child, ended } = await started('well');
    child.kill(signal);
    const { code, stdout, stderr } = await ended;
    assert.equal(stderr, '');
    assert.equal(code, 0);
    assert.match(stdout, /stop was called\n/);
    assert.match(stdout, new RegExp(`"signal":"${signal}"`));
  });

for (const [signal, expected] of [
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)
  test(`C111: a second ${signal} ends at once with ${expected}`, async () => {
    const { child, printed, ended } = await started('hangs');
    child.kill('SIGTERM');
    await printed('stop was called');
    child.kill(signal);
    assert.equal((await ended).code, expected);
  });

test('a stop beyond its limit is logged and ends with 1', async () => {
  const server = start(SCRIPT, ['hangs_briefly']);
  await server.printed('started');
  server.child.kill('SIGTERM');
  const { code, stdout } = await server.ended;
  assert.equal(code, 1);
  assert.match(stdout, /"level":"fatal".*could not stop within 50 ms/);
});

test('SIGHUP reloads, and a reload that fails ends nothing', async () => {
  const { child, printed, ended } = await started('reload_fails');
  child.kill('SIGHUP');
  await printed('reload was called while listening');
  await printed('could not reload');
  child.kill('SIGTERM');
  assert.equal((await ended).code, 0);
});

for (const behaviour of ['throws', 'rejects'])
  test(`a fault nobody caught (${behaviour}) is logged and ends with 1`, async () => {
    const { code, stdout } = await (await started(behaviour)).ended;
    assert.equal(code, 1);
    assert.match(stdout, /"level":"fatal".*"stack":.*a fault nobody caught/);
  });

test('a start that fails says why on standard error and ends with the code of its fault', async () => {
  for (const [behaviour, code, text] of [
    ['in_use', 21, 'error: another server has it\n'],
    ['cannot_listen', 24, 'error: the port is taken\n'],
  ] as const) {
    const ended = await start(SCRIPT, [behaviour]).ended;
    assert.deepEqual(ended, { code, stdout: '', stderr: text });
  }
  const { code, stderr } = await start(SCRIPT, ['bug']).ended;
  assert.equal(code, 1);
  assert.match(stderr, /^hallpass: unexpected: Error: a mistake in the code\n/);
});

test('warnings about settings stand in the log of the server', async () => {
  const server = start(SCRIPT, ['well', '--socket', 'x.sock', '--port', '7']);
  await server.printed('started');
  server.child.kill('SIGTERM');
  const { stdout } = await server.ended;
  assert.match(stdout, /"level":"warn".*--port: not used, because socket is set/);
});

test('hallpass serve runs on PORT, refuses a port that is taken with 24, and stops with 0', () =>
  inFolder(async (folder) => {
    const server = start(BIN, ['serve', '--data', 'one'], { PORT: '0' }, folder);
    await server.printed('"msg":"ready"');
    const { stdout } = server.seen();
    const port = /http:\/\/127\.0\.0\.1:(\d+)/.exec(stdout)?.[1] ?? '';
    const second = await start(BIN, ['serve', '--data', 'two'], { PORT: port }, folder).ended;
    assert.equal(second.code, 24);
    assert.equal(
      second.stderr,
      `error: Something listens on 127.0.0.1 port ${port} already; stop it or choose another place\n`,
    );
    server.child.kill('SIGTERM');
    const { code, stderr } = await server.ended;
    assert.equal(stderr, '');
    assert.equal(code, 0);
  }));

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { StartError } from 'hallpass/start-error';
import { opened } from './listening.ts';

const folder = mkdtempSync(join(tmpdir(), 'hallpass-socket-'));
after(() => rmSync(folder, { recursive: true }));

function ask(socketPath: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path: '/x' }, (response) => resolve(text(response)))
      .on('error', reject)
      .end();
  });
}

function cannotListen(message: RegExp): (error: unknown) => boolean {
  return (error) =>
    error instanceof StartError && error.fault === 'cannot_listen' && message.test(error.message);
}

test('it listens on a unix socket with the given mode, and removes it at the end', async () => {
  for (const socketMode of [0o660, 0o600, 0o666]) {
    const socket = join(folder, 'mode.sock');
    const { listener, lines } = await opened({ socket, socketMode, host: '0.0.0.0' });
    await listener.listen();
    assert.equal(listener.address, `unix:${socket}`);
    assert.equal(statSync(socket).mode & 0o777, socketMode);
    assert.equal(await ask(socket), '/x');
    assert.deepEqual(lines, []);
    await listener.close();
    assert.equal(existsSync(socket), false);
  }
});

test('the socket file of a server that was killed is replaced', async () => {
  const socket = join(folder, 'stale.sock');
  const script = `require('net').createServer().listen(${JSON.stringify(socket)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', script]);
  assert.ok(statSync(socket).isSocket());
  const { listener } = await opened({ socket });
  await listener.listen();
  assert.equal(await ask(socket), '/x');
  await listener.close();
});

test('a socket that answers is left alone', async () => {
  const socket = join(folder, 'live.sock');
  const { listener } = await opened({ socket });
  await listener.listen();
  const { listener: second } = await opened({ socket });
  await assert.rejects(second.listen(), cannotListen(/^Another server answers at /));
  assert.equal(await ask(socket), '/x');
  await listener.close();
});

test('a file that is no socket is never removed', async () => {
  const socket = join(folder, 'notes.txt');
  writeFileSync(socket, 'mine');
  const { listener } = await opened({ socket });
  await assert.rejects(listener.listen(), cannotListen(/exists and is not a socket/));
  assert.equal(readFileSync(socket, 'utf8'), 'mine');
});

test('a folder that is missing is told clearly', async () => {
  const { listener } = await opened({ socket: join(folder, 'none/x.sock') });
  await assert.rejects(listener.listen(), cannotListen(/^The folder of .* is missing/));
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { BIN, type Ended, hallpass, start } from '../cli/process.ts';
import { startServer, temporaryFolder } from '../server.ts';
import { startEchoApp } from './echo-app.ts';
import { freePort } from './proxy-process.ts';

const WRITER = 'hp_1111111111111111111111111111112Pzmy6';
const READER = 'hp_2222222222222222222222222222220Rrr2b';

async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function files(t: TestContext, writer = WRITER, reader = READER): string[] {
  const folder = temporaryFolder(t);
  const [rw, ro] = [join(folder, 'rw'), join(folder, 'ro')] as const;
  writeFileSync(rw, `${writer}\n`);
  writeFileSync(ro, `${reader}\n`);
  return ['--token-file', rw, '--read-only-token-file', ro];
}

function doctor(t: TestContext, url: string, words: readonly string[] = []): Promise<Ended> {
  return hallpass(['doctor', 'proxy', url, ...files(t), ...words]);
}

const open: RequestListener = (request, response) => {
  response.setHeader('Server', 'nginx/1.22.1');
  response.end(JSON.stringify({ headers: request.rawHeaders }));
};

test('a service that nothing stands before is found open, with the line to change, and the exit code is 1', async (t) => {
  const { code, stdout, stderr } = await doctor(t, await serve(t, open));
  assert.deepEqual([code, stderr], [1, '']);
  assert.match(stdout, /^http:\/\/127\.0\.0\.1:\d+\/ \(nginx\)\n/);
  assert.match(
    stdout,
    /^FAULT {2}without a token everything is refused\n {9}sent {4}GET \/ without a token {2}-> {2}200\n/m,
  );
  assert.match(stdout, /^ {9}change {2}.*auth_request \/_hallpass;/m);
  assert.match(stdout, /^-- {5}your service learns .*: not checked\n {9}means .*--echo-path/m);
  assert.match(stdout, /^-- {5}with Hallpass stopped .*: not checked\n {9}means .*--expect-down/m);
  assert.match(stdout, /\n\d faults\.\n$/);
});

test('a token that may write after all is not used to write', async (t) => {
  const methods: string[] = [];
  const url = await serve(t, (request, response) => {
    methods.push(request.method ?? '');
    const identity = { 'X-Hallpass-Token-Id': 'a', 'X-Hallpass-Token-Name': 'a', 'X-Hallpass-Write': 'true' };
    response.end(JSON.stringify({ headers: { ...identity, 'X-Hallpass-Expires': 'never' } }));
  });
  const { code, stdout } = await doctor(t, url, ['--echo-path', '/echo']);
  assert.equal(code, 1);
  assert.match(stdout, /The token that should be read-only may write/);
  assert.deepEqual([...new Set(methods)], ['GET']);
});

test('a proxy that asks the service for other protocols is told, also where the service speaks none', async (t) => {
  const { stdout } = await doctor(t, await serve(t, open), ['--echo-path', '/']);
  assert.match(
    stdout,
    /^FAULT {2}your service is asked for no protocol but a WebSocket\n {9}sent .*, Upgrade: h2c, .*-> {2}200\n/m,
  );
  assert.match(stdout, /^ok {5}no protocol but a WebSocket is passed on$/m);
});

test('the report has no token in it, also when the service shows one', async (t) => {
  const url = await serve(t, open);
  for (const words of [
    ['--echo-path', '/'],
    ['--echo-path', '/', '--json'],
  ]) {
    const { stdout } = await doctor(t, url, words);
    assert.match(stdout, /has no use for it/);
    for (const value of [WRITER, READER]) assert.ok(!stdout.includes(value));
  }
});

test('the gate of Hallpass itself is found in order', async (t) => {
  const app = await startEchoApp(t);
  const server = await startServer(t, { upstream: `http://127.0.0.1:${app.port}` });
  const make = async (name: string, write: boolean) =>
    (await server.admin.createToken({ name, write })).record.token ?? '';
  const tokens = files(t, await make('rw', true), await make('ro', false));
  const { code, stdout } = await hallpass(['doctor', 'proxy', server.url, ...tokens, '--echo-path', '/echo']);
  assert.equal(code, 0, stdout);
});

test('an echo that is none is said to be none', async (t) => {
  const url = await serve(t, (_request, response) => response.end('hello'));
  const { stdout } = await doctor(t, url, ['--echo-path', '/']);
  assert.match(stdout, /What came is no JSON object/);
});

test('where nothing answers the exit code is 6', async (t) => {
  const { code, stdout, stderr } = await doctor(t, `http://127.0.0.1:${await freePort()}`);
  assert.deepEqual([code, stdout], [6, '']);
  assert.match(stderr, /^error: No answer from 127\.0\.0\.1:\d+: /);
});

test('a token comes from standard input where the file is -', async (t) => {
  const [, , ...readOnly] = files(t);
  const url = await serve(t, (_request, response) => void response.writeHead(401).end());
  const { child, ended } = start(BIN, ['doctor', 'proxy', url, '--token-file', '-', ...readOnly]);
  child.stdin.end(`${WRITER}\n`);
  const { code, stdout } = await ended;
  assert.equal(code, 1);
  assert.match(stdout, /not with the challenge of Hallpass/);
});

test('a URL with a path, a file that is none and one that holds no token are mistakes', async (t) => {
  const url = await serve(t, open);
  const good = files(t);
  const missing = ['--token-file', '/nowhere/at/all', ...good.slice(2)];
  for (const words of [
    [`${url}/path`, ...good],
    ['ftp://127.0.0.1', ...good],
    ['here', ...good],
    [url, ...missing],
    [url, ...files(t, 'hp_short')],
    [url, ...good.slice(2)],
    [url, ...good, '--proxy', 'squid'],
    [url, ...good, '--path', 'x'],
  ]) {
    const { code, stdout, stderr } = await hallpass(['doctor', 'proxy', ...words]);
    assert.deepEqual([code, stdout], [2, ''], words.join(' '));
    assert.match(stderr, /^error: /);
  }
});

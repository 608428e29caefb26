import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { AdminClient } from '@hallpass/sdk/admin';
import { checkToken, serverStatus } from '@hallpass/sdk/checks';
import { UnreachableError } from '@hallpass/sdk/problem-error';

async function listening(context: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const KEY = 'hpo_1111111111111111111111111111114SunM0';

async function fault(url: string, timeout = 10_000): Promise<string> {
  const error: unknown = await new AdminClient({ url, key: KEY, timeout }).whoami().catch((e: unknown) => e);
  assert.ok(error instanceof UnreachableError, String(error));
  assert.ok(!error.message.includes('\n') && !error.message.includes(KEY));
  return error.message;
}

test('a server that is down is told from one that is slow', async (t) => {
  const silent = await listening(t, () => {});
  assert.equal(
    await fault(silent, 50),
    `${silent} did not answer within 50 ms. Try again, or allow more time.`,
  );
  const gone = createServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const { port } = gone.address() as AddressInfo;
  gone.close();
  await once(gone, 'close');
  const url = `http://127.0.0.1:${port}`;
  assert.equal(await fault(url), `Nothing listens at ${url}. Is the server running there?`);
});

test('HTML, a redirect, a cut answer and JSON of another kind are no answer of a Hallpass server', async (t) => {
  const answers: readonly (readonly [number, Record<string, string>, string, RegExp])[] = [
    [200, {}, '<!doctype html><title>Sign in</title>', /answered 200, but not in JSON\. Is that the address/],
    [502, {}, '<h1>Bad Gateway</h1>', /answered 502, but not in JSON\. A proxy seems to stand before/],
    [
      302,
      { Location: 'https://example.com/' },
      '',
      /answered with a redirect \(302\), which is not followed/,
    ],
    [200, {}, '{"ok":true}', /answered 200, but not as this version expects/],
    [200, {}, '{"data":[]}', /answered 200, but not as this version expects/],
    [200, {}, '', /answered 200, but not as this version expects/],
    [200, { 'Content-Length': '1000' }, '{"data":[', /No answer from/],
  ];
  for (const [status, headers, body, expected] of answers) {
    const url = await listening(t, (_request, response) => {
      response.writeHead(status, headers).write(body);
      if (headers['Content-Length']) setImmediate(() => response.destroy());
      else response.end();
    });
    assert.match(await fault(url), expected);
  }
});

test('a token is never called valid by an answer that does not say whose it is', async (t) => {
  const url = await listening(t, (_request, response) => response.end());
  for (const access of ['read', 'write'] as const)
    await assert.rejects(checkToken({ url }, 'hp_x', access), UnreachableError);
});

test('health of something else is no health', async (t) => {
  const url = await listening(t, (_request, response) => response.end('{"status":1}'));
  await assert.rejects(serverStatus({ url }), UnreachableError);
});

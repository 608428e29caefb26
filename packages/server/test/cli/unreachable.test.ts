import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { temporaryFolder } from '../server.ts';
import { runIn } from './stand.ts';

const KEY = 'hpo_1111111111111111111111111111114SunM0';

async function listening(context: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function problem(code: string, status: number): RequestListener {
  return (_request, response) => {
    response.writeHead(status, { 'Content-Type': 'application/problem+json' });
    response.end(
      JSON.stringify({ code, status, title: 'x', detail: 'Do \u001b[31mthis\u202e.', request_id: 'r' }),
    );
  };
}

/** Short where it is waited out. */
function timeoutOf(expected: RegExp): string {
  return expected.source.includes('300 ms') ? '300ms' : '1m';
}

test('a server that is down, slow, of another version or behind a proxy gets one line and the exit code 6', async (t) => {
  const hallpass = runIn(temporaryFolder(t), { HALLPASS_KEY: KEY });
  const html: RequestListener = (_request, response) => response.end('<html>Sign in</html>');
  const gone: RequestListener = (_request, response) =>
    response.writeHead(502).end('<html>Bad gateway</html>');
  const elsewhere: RequestListener = (_request, response) =>
    response.writeHead(302, { Location: '/login' }).end();
  for (const [url, text] of [
    ['http://127.0.0.1:4', /Nothing listens at/],
    [await listening(t, () => {}), /did not answer within 300 ms\. Try again, or allow more time\.$/],
    [await listening(t, html), /answered 200, but not in JSON\. Is that the address of a Hallpass server\?$/],
    [
      await listening(t, gone),
      /answered 502, but not in JSON\. A proxy seems to stand before a server that is down\.$/,
    ],
    [
      await listening(t, elsewhere),
      /answered with a redirect \(302\), which is not followed\. Give the address it leads to\.$/,
    ],
    [
      await listening(t, problem('path_not_found', 404)),
      /of another version than this hallpass \(\d+\.\d+\.\d+\)\.$/,
    ],
    [await listening(t, problem('not_ready', 503)), /^error: Do /],
  ] as const)
    for (const words of [
      ['token', 'list'],
      ['whoami'],
      ['token', 'rotate', 'ci', '--yes'],
      ['audit', 'verify'],
      ['health'],
    ]) {
      const { code, stdout, stderr } = await hallpass([...words, '--url', url, '--timeout', timeoutOf(text)]);
      assert.equal(code, 6, `${words} ${stderr}`);
      assert.equal(stdout, '');
      assert.match(stderr.trimEnd(), text);
      assert.match(stderr, /^error: [^\n]+\n$/);
    }
});

test('what a server says is printed without what it could do to a terminal', async (t) => {
  const hallpass = runIn(temporaryFolder(t), { HALLPASS_KEY: KEY });
  const url = await listening(t, problem('rate_limited', 429));
  assert.deepEqual(await hallpass(['token', 'list', '--url', url]), {
    code: 7,
    stdout: '',
    stderr: 'error: Do \\u{1b}[31mthis\\u{202e}.\n',
  });
});

test('an address or a length of time that is none is a mistake of usage', async (t) => {
  const hallpass = runIn(temporaryFolder(t));
  for (const words of [
    ['--url', 'ftp://x'],
    ['--url', 'http://user:word@x'],
    ['--timeout', '5'],
    ['--timeout', '1000d'],
  ])
    assert.equal((await hallpass(['health', ...words])).code, 2, words.join(' '));
});

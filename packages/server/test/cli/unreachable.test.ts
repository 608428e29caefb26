import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createConnections } from 'node:net';
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

/** Takes every connection and closes it at once, as some do that forward to a server which is not there yet. */
async function closing(context: TestContext): Promise<string> {
  const server = createConnections((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function answer(body: unknown): RequestListener {
  return (_request, response) => response.end(JSON.stringify(body));
}

function problem(code: string, status: number): RequestListener {
  return (_request, response) => {
    response.writeHead(status, { 'Content-Type': 'application/problem+json' });
    response.end(
      JSON.stringify({
        code,
        status,
        title: 'It is so',
        detail: 'Do \u001b[31mthis\u202e.',
        request_id: 'r',
      }),
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
    ['http://127.0.0.1:1', /No answer from http:\/\/127\.0\.0\.1:1 \(bad port\)\./],
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
      /the path in its address is not its prefix, or it is of another version than this hallpass \(\d+\.\d+\.\d+\)\.$/,
    ],
    [await listening(t, problem('not_ready', 503)), /^error: It is so\. Do /],
    [await closing(t), /did not answer within 300 ms|No answer from/],
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

test('records of another version are not taken for those of this one', async (t) => {
  const hallpass = runIn(temporaryFolder(t), { HALLPASS_KEY: KEY });
  const record = { id: 'tok_1', name: 'ci', token: 'hp_x' };
  for (const data of [[record], [null], ['ci'], [{ ...record, former_values: null }]]) {
    const url = await listening(t, answer({ data }));
    for (const words of [
      ['token', 'list'],
      ['token', 'show', 'ci'],
      ['token', 'rotate', 'ci', '--yes'],
      ['operator', 'list'],
      ['whoami'],
      ['audit'],
      ['audit', 'verify'],
      ['replicas'],
    ]) {
      const { code, stdout, stderr } = await hallpass([...words, '--url', url]);
      assert.deepEqual([code, stdout], [6, ''], `${words} ${stderr}`);
      assert.match(stderr, /^error: [^\n]+ not as this version expects of a Hallpass server\. [^\n]+\n$/);
    }
  }
});

test('a refusal with a code that only a newer server knows ends as its status says', async (t) => {
  const hallpass = runIn(temporaryFolder(t), { HALLPASS_KEY: KEY });
  for (const [status, expected] of [
    [400, 2],
    [403, 4],
    [404, 3],
    [409, 5],
    [418, 1],
    [429, 7],
    [503, 6],
  ] as const) {
    const url = await listening(t, problem('made_up', status));
    assert.equal((await hallpass(['whoami', '--url', url])).code, expected);
  }
  const odd = { code: 'invalid_input', status: 400, title: 'x', detail: 'y', request_id: 'r', errors: 'z' };
  const { code, stderr } = await hallpass(['whoami', '--url', await listening(t, answer(odd))]);
  assert.deepEqual([code, stderr.split('\n').length], [6, 2]);
});

test('what a server says is printed without what it could do to a terminal', async (t) => {
  const hallpass = runIn(temporaryFolder(t), { HALLPASS_KEY: KEY });
  const url = await listening(t, problem('rate_limited', 429));
  assert.deepEqual(await hallpass(['token', 'list', '--url', url]), {
    code: 7,
    stdout: '',
    stderr: 'error: It is so. Do \\u{1b}[31mthis\\u{202e}.\n',
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

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, type TestContext, test } from 'node:test';
import type { UpstreamOptions } from 'hallpass/http/gate/upstream';
import { ask, bearer, bytesOf } from '../raw-client.ts';
import { listen, stand, upstreamAt, valuesOf } from '../stand.ts';

/** A service that answers with its own name and what it got. */
async function service(t: TestContext, name: string): Promise<string> {
  const server = createServer(({ url, rawHeaders }, response) =>
    response.end(JSON.stringify({ name, url, headers: rawHeaders })),
  );
  return `http://127.0.0.1:${await listen(t, server)}`;
}

interface Heard {
  readonly name: string;
  readonly url: string;
  readonly headers: readonly string[];
}

type Place = Partial<UpstreamOptions> & { readonly name: string };

/** Sends one request to a gate with these upstreams; the status when none was reached. */
async function reached(
  t: TestContext,
  places: readonly Place[],
  target: string,
  host = 'service.test',
): Promise<Heard | number> {
  const upstreams = await Promise.all(
    places.map(async ({ name, ...options }) => ({ ...upstreamAt(await service(t, name)), ...options })),
  );
  const { port, values } = await stand(t, { upstreams });
  const bytes = bytesOf('GET', target, [bearer(values.reader)]).replace(
    'Host: service.test',
    `Host: ${host}`,
  );
  const answer = await ask(t, port, bytes);
  return answer.status === 200 ? (JSON.parse(answer.body) as Heard) : answer.status;
}

async function nameOf(...args: Parameters<typeof reached>): Promise<string | number> {
  const heard = await reached(...args);
  return typeof heard === 'number' ? heard : heard.name;
}

describe('several upstreams', () => {
  const places: readonly Place[] = [
    { name: 'rest' },
    { name: 'api', path: '/api' },
    { name: 'deep', path: '/api/v2' },
    { name: 'docs', host: 'docs.test' },
    { name: 'docs api', host: 'docs.test', path: '/api' },
  ];

  for (const [target, host, name] of [
    ['/', 'service.test', 'rest'],
    ['/apis', 'service.test', 'rest'],
    ['/api', 'service.test', 'api'],
    ['/api?x=/v2', 'service.test', 'api'],
    ['/api/v2', 'service.test', 'deep'],
    ['/api/v20', 'service.test', 'api'],
    ['/%61pi/v2/x', 'service.test', 'deep'],
    ['/API', 'service.test', 'rest'],
    ['/', 'docs.test', 'docs'],
    ['/', 'DOCS.test.:8080', 'docs'],
    ['/api/v2', 'docs.test', 'docs api'],
    ['/', 'evil-docs.test', 'rest'],
  ] as const) {
    test(`${target} at ${host} goes to ${name}`, async (t) => {
      assert.equal(await nameOf(t, places, target, host), name);
    });
  }

  test('the order of upstreams does not matter', async (t) => {
    assert.equal(await nameOf(t, places.toReversed(), '/api/v2/x', 'docs.test'), 'docs api');
    assert.equal(await nameOf(t, places.toReversed(), '/api/v2/x'), 'deep');
  });

  test('what no upstream takes is a 404 for a valid token and a 401 without one', async (t) => {
    assert.equal(await nameOf(t, [{ name: 'api', path: '/api' }], '/other'), 404);
    assert.equal(await nameOf(t, [{ name: 'docs', host: 'docs.test' }], '/'), 404);
    const { port } = await stand(t, { upstreams: [] });
    assert.equal((await ask(t, port, bytesOf('GET', '/other'))).status, 401);
  });

  test('strip_path takes off the path, in whatever spelling, and nothing else', async (t) => {
    const place = { name: 'api', path: '/api/v2', stripPath: true };
    for (const [target, url] of [
      ['/api/v2/a%20b?x=1', '/a%20b?x=1'],
      ['/api/v2', '/'],
      ['/api/v2?x', '/?x'],
      ['/api/v2/', '/'],
      ['/%61pi/v%32/a/', '/a/'],
    ] as const) {
      const heard = await reached(t, [place], target);
      assert.equal(typeof heard === 'number' ? heard : heard.url, url, target);
    }
    const behind = await reached(t, [{ ...place, prefix: '/new' }], '/api/v2/a');
    assert.equal(typeof behind === 'number' ? behind : behind.url, '/new/a');
  });

  test('C54: what is left of a stripped path is never one of the reserved prefix', async (t) => {
    const place = { name: 'api', path: '/api', stripPath: true };
    for (const target of ['/api/_/token', '/api/_', '/api/%5f/token', '/api/_;x/token'])
      assert.equal(await reached(t, [place], target), 400, target);
    const kept = await reached(t, [{ ...place, stripPath: false }], '/api/_/token');
    assert.equal(typeof kept === 'number' ? kept : kept.url, '/api/_/token');
  });

  test("host_header takes the place of the client's Host, which X-Forwarded-Host tells", async (t) => {
    const heard = await reached(t, [{ name: 'api', hostHeader: 'inner.test:81' }], '/x');
    assert.ok(typeof heard === 'object');
    assert.deepEqual(valuesOf(heard.headers, 'Host'), ['inner.test:81']);
    assert.deepEqual(valuesOf(heard.headers, 'X-Forwarded-Host'), ['service.test']);
  });

  test('a new plan holds from the next request on, and what is under way finishes by the old one', async (t) => {
    const held = createServer();
    const waiting = once(held, 'request');
    const origin = `http://127.0.0.1:${await listen(t, held)}`;
    const { port, values, gate } = await stand(t, { origin });
    const bytes = bytesOf('GET', '/x', [bearer(values.reader)]);
    const first = ask(t, port, bytes);
    const [, response] = await waiting;
    gate.replace({ upstreams: [upstreamAt(await service(t, 'new'))], rules: [] });
    assert.equal((JSON.parse((await ask(t, port, bytes)).body) as Heard).name, 'new');
    response.end('old');
    assert.equal((await first).body, 'old');
    gate.replace({
      upstreams: [upstreamAt(await service(t, 'new'))],
      rules: [{ host: null, methods: null, path: '/x', access: 'write' }],
    });
    assert.equal((await ask(t, port, bytes)).status, 403);
  });

  test('a request that was let in just before the plan changes reaches the old upstream', async (t) => {
    let change: () => void = () => {};
    const at = await stand(t, { watch: () => queueMicrotask(change) });
    const upstreams = [upstreamAt(await service(t, 'new'))];
    change = () => {
      change = () => {};
      at.gate.replace({ upstreams, rules: [] });
    };
    const bytes = bytesOf('GET', '/x', [bearer(at.values.reader)]);
    assert.equal((await ask(t, at.port, bytes)).status, 200);
    assert.equal(at.seen.length, 1);
    assert.equal((JSON.parse((await ask(t, at.port, bytes)).body) as Heard).name, 'new');
  });
});

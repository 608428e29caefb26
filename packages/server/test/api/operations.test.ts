import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startServer } from '../server.js';

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly responses: Readonly<Record<string, unknown>>;
}

/** What the server has at each path; the document must have the same, no more and no less. */
const ROUTES: Readonly<Record<string, readonly string[]>> = {
  '/_/token': ['delete', 'get', 'patch', 'post', 'put'],
  '/_/token/rotate': ['post'],
  '/_/token/value': ['get'],
  '/_/operator': ['delete', 'get', 'patch', 'post'],
  '/_/operator/self': ['get'],
  '/_/audit': ['get'],
  '/_/feed': ['get'],
  '/_/feed/snapshot': ['get'],
  '/_/feed/applied': ['post'],
  '/_/replicas': ['get'],
  '/_/usage': ['post'],
  '/_/verify': ['get'],
  '/_/verify/read': ['get'],
  '/_/verify/write': ['get'],
  '/_/ext-authz/{path}': ['get'],
  '/_/introspect': ['post'],
  '/_/revoke': ['post'],
  '/_/.well-known/oauth-authorization-server': ['get'],
  '/.well-known/oauth-authorization-server/_': ['get'],
  '/_/health/live': ['get'],
  '/_/health/ready': ['get'],
  '/_/metrics': ['get'],
  '/_/openapi.json': ['get'],
  '/_/docs': ['get'],
};

describe('operations', () => {
  it('the OpenAPI document lists what the server answers, and the server answers what it lists', async (t) => {
    const server = await startServer(t);
    const document = JSON.parse(
      (await server.call('GET', '/_/openapi.json', { key: null })).text,
    ) as Document;
    assert.match(document.openapi, /^3\.1/);
    const listed = Object.fromEntries(
      Object.entries(document.paths).map(([path, methods]) => [path, Object.keys(methods).sort()]),
    );
    assert.deepEqual(listed, ROUTES);
    for (const [path, methods] of Object.entries(ROUTES)) {
      for (const method of ['get', 'post', 'put', 'patch', 'delete']) {
        if (path.startsWith('/_/verify') || path.startsWith('/_/ext-authz')) continue;
        const { status } = await server.call(method.toUpperCase(), path, { key: null });
        assert.equal(
          status !== 405 && status !== 404,
          methods.includes(method),
          `${method} ${path}: ${status}`,
        );
      }
    }
  });

  it('the OpenAPI document says which headers count, and what each call answers', async (t) => {
    const server = await startServer(t);
    const document = JSON.parse((await server.call('GET', '/_/openapi.json')).text) as Document;
    const headersOf = ([path, methods]: [string, Document['paths'][string]]) =>
      Object.entries(methods).flatMap(([method, { parameters = [] }]) => {
        const headers = parameters.filter((one) => one.in === 'header').map(({ name }) => name);
        return headers.length === 0 ? [] : [`${method} ${path}: ${headers.join(', ')}`];
      });
    assert.deepEqual(Object.entries(document.paths).flatMap(headersOf).sort(), [
      'delete /_/operator: If-Match',
      'delete /_/token: If-Match',
      'patch /_/operator: If-Match',
      'patch /_/token: If-Match',
      'post /_/token/rotate: If-Match, Idempotency-Key',
      'post /_/token: Idempotency-Key',
      'put /_/token: If-Match',
    ]);
    const answersOf = (path: string) => Object.keys(document.paths[path]?.['get']?.responses ?? {});
    for (const path of ['/_/metrics', '/_/feed', '/_/feed/snapshot'])
      assert.deepEqual(answersOf(path), ['200', '4XX', '5XX'], path);
  });

  it('the page of the API comes with all it needs and asks nobody else', async (t) => {
    const server = await startServer(t);
    const page = await server.call('GET', '/_/docs', { key: null });
    assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/);
    const assets = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] as string);
    assert.ok(assets.length >= 3);
    for (const asset of assets) {
      const { pathname } = new URL(asset, `${server.url}/_/docs`);
      assert.match(pathname, /^\/_\/docs\//);
      assert.equal((await server.call('GET', pathname, { key: null })).status, 200, asset);
    }
  });

  it('health is open to all; metrics only to operators unless made public', async (t) => {
    const server = await startServer(t);
    assert.equal((await server.call('GET', '/_/health/live', { key: null })).text, '{"status":"live"}');
    assert.equal((await server.call('GET', '/_/health/ready', { key: null })).text, '{"status":"ready"}');
    assert.equal((await server.call('GET', '/_/metrics', { key: null })).status, 401);
    const open = await startServer(t, { metricsPublic: 'true' });
    assert.equal((await open.call('GET', '/_/metrics', { key: null })).status, 200);
  });

  it('metrics count tokens and every verdict by door and reason', async (t) => {
    const server = await startServer(t);
    const { record } = await server.admin.createToken({ name: 'a', write: false });
    const key = String(record.token);
    await server.call('GET', '/_/verify/read', { key });
    await server.call('GET', '/_/verify/write', { key });
    await server.call('GET', '/_/verify/read', { key: null });
    await server.call('GET', '/_/verify/read', {
      key: `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`,
    });
    const { text } = await server.call('GET', '/_/metrics');
    for (const [result, count] of Object.entries({
      allow: 1,
      read_only: 1,
      absent: 1,
      checksum: 1,
      unknown: 0,
    })) {
      assert.match(
        text,
        new RegExp(`hallpass_checks_total\\{door="forward_auth",result="${result}"\\} ${count}\\n`),
      );
    }
    assert.match(text, /hallpass_tokens 1\n/);
  });

  it('logs are one JSON object a line, with the request id and no query', async (t) => {
    const server = await startServer(t);
    await server.call('GET', '/_/token?search=needle', { headers: { 'X-Request-Id': 'find-me' } });
    const lines = server
      .log()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const line = lines.find((entry) => entry['request_id'] === 'find-me');
    assert.deepEqual([line?.['method'], line?.['path'], line?.['status']], ['GET', '/_/token', 200]);
    assert.ok(!server.log().includes('needle'));
  });
});

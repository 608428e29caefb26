import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, it } from 'node:test';
import { checkToken, serverStatus } from '@hallpass/sdk/checks';
import { ask, bearer, bytesOf } from '../http/raw-client.js';
import { listen } from '../http/stand.js';
import { startServer } from '../server.js';

const PREFIX = '/-/hallpass';

describe('a moved prefix', () => {
  it('takes everything along that the server owns', async (t) => {
    const server = await startServer(t, { prefix: PREFIX });
    const document = await server.call('GET', `${PREFIX}/openapi.json`, { key: null });
    const { paths } = document.body as unknown as { paths: Record<string, unknown> };
    const metadata = `/.well-known/oauth-authorization-server${PREFIX}`;
    assert.ok(Object.keys(paths).length > 10);
    for (const path of Object.keys(paths)) {
      assert.ok(path.startsWith(`${PREFIX}/`) || path === metadata, path);
      assert.ok(!path.includes('/_'), path);
    }
    assert.equal(
      (await server.call('GET', metadata)).text,
      (await server.call('GET', `${PREFIX}${metadata.slice(0, -PREFIX.length)}`)).text,
    );
    const { issuer, ...endpoints } = (await server.call('GET', metadata)).body as unknown as Record<
      string,
      unknown
    >;
    assert.equal(issuer, `${server.url}${PREFIX}`);
    assert.equal(endpoints['introspection_endpoint'], `${server.url}${PREFIX}/introspect`);
    const page = await server.call('GET', `${PREFIX}/docs`, { key: null });
    for (const [, asset = ''] of page.text.matchAll(/(?:src|href)="([^"]+)"/g)) {
      const { pathname } = new URL(asset, `${server.url}${PREFIX}/docs`);
      assert.equal((await server.call('GET', pathname, { key: null })).status, 200, pathname);
    }
    const lost = await server.call('GET', `${PREFIX}/nothing`);
    assert.match(lost.body.detail, /\/-\/hallpass\/docs/);
  });

  it('works with the management client, and its pages link to each other', async (t) => {
    const server = await startServer(t, { prefix: PREFIX });
    for (const name of ['a', 'b', 'c']) await server.admin.createToken({ name });
    const { headers } = await server.call('GET', `${PREFIX}/token?limit=2`);
    const next = /^<(.*)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1] ?? '';
    assert.ok(next.startsWith(`${PREFIX}/token?`));
    assert.deepEqual(
      (await server.call('GET', next)).body.data.map(({ name }) => name),
      ['c'],
    );
    const url = server.url + PREFIX;
    assert.equal(await serverStatus({ url: `${url}/` }), 'ready');
    const value = await server.admin.tokenValue('a');
    assert.equal((await checkToken({ url }, value, 'write')).valid, true);
  });

  it('C54: leaves /_/ to the service, and is guarded in every spelling', async (t) => {
    const seen: string[] = [];
    const port = await listen(
      t,
      createServer((request, response) => response.end(String(seen.push(request.url ?? '')))),
    );
    const server = await startServer(t, { prefix: PREFIX, upstream: `http://127.0.0.1:${port}` });
    const own = Number(new URL(server.url).port);
    const value = String((await server.admin.createToken({ name: 'a' })).record.token);
    const theirs = [
      '/_/token',
      '/_',
      '/_/health/ready',
      '/-/hall',
      '/.well-known/oauth-authorization-server/_',
    ];
    for (const target of theirs)
      assert.equal((await ask(t, own, bytesOf('GET', target, [bearer(value)]))).status, 200);
    assert.deepEqual(seen, theirs);
    for (const target of [
      '/-/hallpass/token',
      '/-/HALLPASS/token',
      '//-/hallpass/token',
      '/-//hallpass/token',
      '/./-/hallpass/token',
      '/-/./hallpass/token',
      '/_/../-/hallpass/token',
      '/-./hallpass/token',
      '/%2d/hallpass/token',
      '/-%2fhallpass/token',
      '/-/hallpass%2ftoken',
      '/-;a/hallpass;b/token',
      '/-\\hallpass\\token',
      '/-/hallpass%20/token',
      '/-/hallpass',
    ]) {
      const { status } = await ask(t, own, bytesOf('GET', target, [bearer(value)]));
      assert.ok(status >= 400 && status < 500, `${target}: ${status}`);
    }
    assert.deepEqual(seen, theirs);
  });
});

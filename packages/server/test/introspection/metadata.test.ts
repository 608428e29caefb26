import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { startServer, type TestServer } from '../server.js';
import { introspect, newToken } from './forms.js';

const INSERTED = '/.well-known/oauth-authorization-server/_';
const BELOW = '/_/.well-known/oauth-authorization-server';

async function metadata(server: TestServer, path: string): Promise<Record<string, unknown>> {
  const { status, text } = await server.call('GET', path, { key: null });
  assert.equal(status, 200, path);
  return JSON.parse(text) as Record<string, unknown>;
}

/** A service behind the gate that answers everything with its own name. */
async function startService(t: TestContext): Promise<string> {
  const service = createServer((_request, response) => response.end('the service'));
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    service.closeAllConnections();
    service.close();
  });
  return `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
}

describe('metadata', () => {
  it('says where to introspect and revoke, and how to authenticate', async (t) => {
    const server = await startServer(t);
    const issuer = `${server.url}/_`;
    const expected = {
      issuer,
      scopes_supported: ['read', 'write'],
      introspection_endpoint: `${issuer}/introspect`,
      introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'Bearer'],
      revocation_endpoint: `${issuer}/revoke`,
      revocation_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
      service_documentation: `${issuer}/docs`,
    };
    for (const path of [INSERTED, BELOW, `${INSERTED}?x=1`]) {
      assert.deepEqual(await metadata(server, path), expected);
    }
  });

  it('names the public URL when one is set, whatever a request calls the server', async (t) => {
    const server = await startServer(t, { publicUrl: 'https://hallpass.example' });
    const { issuer } = await metadata(server, BELOW);
    assert.equal(issuer, 'https://hallpass.example/_');
    assert.equal((await introspect(server, await newToken(server, 'a')))['iss'], issuer);
  });

  it('is the one path outside the prefix that never reaches the service behind the gate', async (t) => {
    const server = await startServer(t, { upstream: await startService(t) });
    const key = await newToken(server, 'a');
    assert.equal((await metadata(server, INSERTED))['issuer'], `${server.url}/_`);
    assert.equal((await server.call('POST', INSERTED, { key })).status, 405);
    const theirs = [
      '/.well-known/oauth-authorization-server',
      `${INSERTED}/`,
      `${INSERTED}x`,
      `/x${INSERTED}`,
    ];
    for (const path of theirs) {
      assert.equal((await server.call('GET', path, { key })).text, 'the service', path);
      assert.equal((await server.call('GET', path, { key: null })).status, 401, path);
    }
  });

  it('the server is no authorization server to anybody who asks at its root', async (t) => {
    const server = await startServer(t);
    assert.equal((await server.call('GET', '/.well-known/oauth-authorization-server')).status, 404);
  });
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { startServer, type TestServer } from '../server.js';
import { introspect, newToken } from './forms.js';

const root = fileURLToPath(new URL('../../../../../', import.meta.url));
const page = readFileSync(`${root}docs/introspection.md`, 'utf8');
const programs = [...page.matchAll(/```js\n(.*?)```/gs)].map((match) => match[1] as string);

interface Stand {
  readonly server: TestServer;
  readonly issuer: URL;
  readonly key: string;
}

async function stand(t: TestContext): Promise<Stand> {
  const server = await startServer(t);
  const { record } = await server.admin.createOperator({ name: 'gate way+ü', role: 'verifier' });
  return { server, issuer: new URL(`${server.url}/_`), key: record.key };
}

async function runProgram(program: string, { issuer, key }: Stand, token: string): Promise<string> {
  const env = {
    HALLPASS_ISSUER: issuer.href,
    HALLPASS_OPERATOR: 'gate way+ü',
    HALLPASS_KEY: key,
    TOKEN: token,
  };
  const args = ['--input-type=module', '--eval', program];
  return (await promisify(execFile)(process.execPath, args, { cwd: root, env })).stdout;
}

describe('JavaScript clients from the registry', () => {
  it('the programs that the guide prints introspect and revoke', async (t) => {
    const all = await stand(t);
    assert.deepEqual(
      programs.map((program) => /from '(.*)'/.exec(program)?.[1]),
      ['oauth4webapi', 'openid-client'],
    );
    for (const program of programs) {
      const write = await newToken(all.server, `write ${programs.indexOf(program)}`);
      const read = await newToken(all.server, `read ${programs.indexOf(program)}`, { write: false });
      assert.equal(await runProgram(program, all, write), 'true true\n');
      assert.equal(await runProgram(program, all, read), 'true false\n');
      assert.equal(await runProgram(program, all, write), 'false false\n');
      assert.deepEqual(await introspect(all.server, read), { active: false });
    }
  });

  it('oauth4webapi takes every way to authenticate that the metadata names, and no other is let in', async (t) => {
    const { server, issuer, key } = await stand(t);
    const options = { [oauth.allowInsecureRequests]: true } as const;
    const found = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...options });
    const as = await oauth.processDiscoveryResponse(issuer, found);
    const client = { client_id: 'gate way+ü' };
    const token = await newToken(server, 'a');
    const ask = async (authentication: oauth.ClientAuth, value = token) =>
      oauth.processIntrospectionResponse(
        as,
        client,
        await oauth.introspectionRequest(as, client, authentication, value, options),
      );
    assert.equal((await ask(oauth.ClientSecretBasic(key))).active, true);
    assert.equal((await ask(oauth.ClientSecretPost(key))).active, true);
    assert.deepEqual(await ask(oauth.ClientSecretBasic(key), 'nonsense'), { active: false });
    await assert.rejects(ask(oauth.ClientSecretBasic('nonsense')), oauth.WWWAuthenticateChallengeError);
    await assert.rejects(ask(oauth.None()), oauth.WWWAuthenticateChallengeError);
  });

  it('oauth4webapi revokes with any authentication, also a token that nobody knows', async (t) => {
    const { server, issuer, key } = await stand(t);
    const options = { [oauth.allowInsecureRequests]: true } as const;
    const found = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...options });
    const as = await oauth.processDiscoveryResponse(issuer, found);
    const ways = [oauth.None(), oauth.ClientSecretBasic(key), oauth.ClientSecretPost(key)];
    for (const [i, authentication] of ways.entries()) {
      const token = await newToken(server, `token ${i}`);
      for (const value of [token, token, 'nonsense']) {
        const request = oauth.revocationRequest(as, { client_id: 'x' }, authentication, value, options);
        await oauth.processRevocationResponse(await request);
      }
      assert.deepEqual(await introspect(server, token), { active: false });
    }
  });

  it('openid-client works with the secret as it takes it by default', async (t) => {
    const { server, issuer, key } = await stand(t);
    const options = { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] } as const;
    const config = await openid.discovery(issuer, 'gate way+ü', key, undefined, {
      ...options,
      execute: [...options.execute],
    });
    const token = await newToken(server, 'a');
    const { active, username, exp } = await openid.tokenIntrospection(config, token);
    assert.deepEqual([active, username, exp], [true, 'a', undefined]);
    await openid.tokenRevocation(config, token);
    assert.deepEqual(await openid.tokenIntrospection(config, token), { active: false });
  });
});

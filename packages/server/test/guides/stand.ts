import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { TokenInput } from '@hallpass/sdk/admin';
import { type RawAnswer, RawClient } from '../http/raw-client.ts';
import type { TestCertificate } from '../listen/certificate.ts';
import { atEnd, startServer, type TestServer } from '../server.ts';
import { type EchoApp, startEchoApp } from './echo-app.ts';
import type { Ports } from './guide.ts';
import { freePort } from './proxy-process.ts';

export type Edit = (text: string) => string;

/** One proxy as its guide sets it up. */
export interface ProxyUnderTest {
  readonly name: string;
  /** What Hallpass is started with beside a port. */
  settings(t: TestContext): Readonly<Record<string, string>>;
  /** Runs the proxy with the files of its guide, after `edit`. Resolves when it takes connections. */
  run(t: TestContext, ports: Ports, hallpass: TestServer | undefined, edit: Edit): Promise<void>;
  /** What the client may get for an answer of Hallpass that is no allowance. */
  passesOn(status: number): readonly number[];
  /** Whether OPTIONS needs a token like every other method, or is refused to everybody. */
  readonly options: 'checked' | 'refused';
  /** What the client gets while Hallpass is stopped. */
  readonly whenDown: readonly number[];
  /** For what stands in for Hallpass: the certificate it needs, if any. */
  readonly certificate?: TestCertificate;
}

/** Tokens of every kind, by value. */
export interface Tokens {
  readonly writer: string;
  readonly reader: string;
  readonly expired: string;
  readonly inactive: string;
  readonly unknown: string;
}

export const WRITER_NAME = 'the 🦊 writer/1';
export const READER_EXPIRES = Date.UTC(2099, 0, 2, 3, 4, 5);

export interface ProxyStand {
  readonly hallpass: TestServer;
  readonly app: EchoApp;
  readonly tokens: Tokens;
  readonly url: string;
  readonly port: number;
  /** Sends bytes on a connection of their own; the answer, and what reached the service meanwhile. */
  ask(bytes: string): Promise<RawAnswer>;
}

async function makeTokens({ admin }: TestServer): Promise<Tokens> {
  const make = async (input: TokenInput) => (await admin.createToken(input)).record.token ?? '';
  const gone = await make({ name: 'gone' });
  await admin.deleteToken('gone');
  return {
    writer: await make({ name: WRITER_NAME }),
    reader: await make({ name: 'reader', write: false, expiration_date: READER_EXPIRES }),
    expired: await make({ name: 'expired', expiration_date: 1_632_960_000_000 }),
    inactive: await make({ name: 'inactive', active: false }),
    unknown: gone,
  };
}

export async function ask(port: number, bytes: string): Promise<RawAnswer> {
  const client = await RawClient.open(undefined, port);
  client.send(bytes);
  try {
    return await client.answer(bytes.startsWith('HEAD '));
  } finally {
    client.socket.destroy();
  }
}

const AS_PRINTED: Edit = (text) => text;

/** Hallpass, a service and the proxy between them, as the guide says, for the length of a test. */
export async function standOf(
  t: TestContext,
  proxy: ProxyUnderTest,
  edit = AS_PRINTED,
  settings = proxy.settings(t),
): Promise<ProxyStand> {
  const hallpass = await startServer(t, settings);
  const tokens = await makeTokens(hallpass);
  const app = await startEchoApp(t);
  const port = await freePort();
  const ports = { hallpass: Number(new URL(hallpass.url).port), proxy: port, app: app.port };
  await proxy.run(t, ports, hallpass, edit);
  return { hallpass, app, tokens, port, url: `http://127.0.0.1:${port}`, ask: (bytes) => ask(port, bytes) };
}

/** The proxy with something else in the place of Hallpass, which answers as `listener` does. */
export async function standWithout(
  t: TestContext,
  proxy: ProxyUnderTest,
  listener: RequestListener,
): Promise<{ readonly port: number; readonly app: EchoApp }> {
  const server: Server = proxy.certificate
    ? createSecureServer(proxy.certificate, listener)
    : createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(t, () => {
    server.closeAllConnections();
    server.close();
  });
  const app = await startEchoApp(t);
  const port = await freePort();
  const hallpass = (server.address() as AddressInfo).port;
  await proxy.run(t, { hallpass, proxy: port, app: app.port }, undefined, AS_PRINTED);
  return { port, app };
}

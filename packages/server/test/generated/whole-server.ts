import { createServer } from 'node:http';
import type { TestContext } from 'node:test';
import { echo, listen, PROXY_SECRET, type Seen, type Values } from '../http/stand.js';
import { startServer, type TestServer } from '../server.js';

const UNKNOWN = 'hp_0000000000000000000000000000002C8GjS';

export interface WholeServer {
  readonly server: TestServer;
  readonly port: number;
  readonly values: Values;
  /** What the service behind the gate got and nobody has taken away yet. */
  readonly seen: Seen[];
}

/** The server as it is shipped, in front of a service that keeps what it gets, with every kind of token. */
export async function wholeServer(t: TestContext): Promise<WholeServer> {
  const seen: Seen[] = [];
  const service = await listen(t, createServer(echo(seen)));
  const server = await startServer(t, {
    upstream: `http://127.0.0.1:${service}`,
    proxySecret: PROXY_SECRET,
    logLevel: 'error',
  });
  const valueMade = async (name: string, terms: object) =>
    String((await server.admin.createToken({ name, ...terms })).record.token);
  const values = {
    writer: await valueMade('writer', {}),
    reader: await valueMade('reader', { write: false }),
    expired: await valueMade('expired', { expiration_date: 1_632_960_000_000 }),
    inactive: await valueMade('inactive', { active: false }),
    unknown: UNKNOWN,
  };
  return { server, port: Number(new URL(server.url).port), values, seen };
}

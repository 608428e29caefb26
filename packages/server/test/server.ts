import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Envelope, Problem } from '@hallpass/core/wire';
import { AdminClient } from '@hallpass/sdk/admin';
import { readFile } from 'hallpass/config';
import { readConfig } from 'hallpass/config/read';
import { createLogger } from 'hallpass/log';
import { start } from 'hallpass/main';

export const OWNER_KEY = 'hpo_1111111111111111111111111111114SunM0';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON, as far as a test cares. */
  readonly body: Envelope<Record<string, unknown>> & Problem;
}

export interface CallOptions {
  readonly key?: string | null;
  readonly body?: unknown;
  /** Sent as it is, in place of `body`. */
  readonly raw?: string | Buffer;
  readonly headers?: Record<string, string>;
}

export interface TestServer {
  readonly url: string;
  readonly data: string;
  readonly ownerKey: string;
  readonly admin: AdminClient;
  /** Everything it has logged, one JSON object a line. */
  readonly log: () => string;
  /** What it printed for people. */
  readonly printed: () => string;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  stop(): Promise<void>;
}

const endings = new WeakMap<TestContext, (() => unknown)[]>();

/** Like `context.after`, but what was begun last ends first: a server stops before its folder goes. */
export function atEnd(context: TestContext, end: () => unknown): void {
  const known = endings.get(context);
  if (known) {
    known.unshift(end);
    return;
  }
  const all = [end];
  endings.set(context, all);
  context.after(async () => {
    for (const each of all) await each();
  });
}

export function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-'));
  atEnd(context, () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * A real server on a free port, in this process, on a data folder of its own; stopped when the test ends. A setting
 * that is empty is not set.
 */
export async function startServer(
  context: TestContext,
  settings: Readonly<Record<string, string>> = {},
): Promise<TestServer> {
  const data = settings['data'] ?? temporaryFolder(context);
  const lines: string[] = [];
  const printed: string[] = [];
  const given = { port: '0', data, ownerKey: OWNER_KEY, logLevel: 'debug', ...settings };
  const flags = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
  const { config } = readConfig({ flags, env: {}, cwd: data, readFile });
  const log = createLogger(config.logLevel, { write: (line: string) => void lines.push(line) });
  const running = await start(config, { log, stdout: (line) => void printed.push(line) });
  atEnd(context, () => running.stop());
  const url = running.address;
  return {
    url,
    data,
    ownerKey: OWNER_KEY,
    admin: new AdminClient({ url: url + config.prefix, key: OWNER_KEY }),
    log: () => lines.join(''),
    printed: () => printed.join('\n'),
    call: (method, path, options) => call(url, method, path, options),
    stop: () => running.stop(),
  };
}

async function call(url: string, method: string, path: string, options: CallOptions = {}): Promise<Answer> {
  const { key = OWNER_KEY, body, raw, headers } = options;
  const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(url + path, {
    method,
    headers: { ...(key === null ? {} : { Authorization: `Bearer ${key}` }), ...headers },
    ...(sent === undefined ? {} : { body: sent as string }),
  });
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json') ?? false;
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: (json && text !== '' ? JSON.parse(text) : {}) as Answer['body'],
  };
}

/** The only record of an answer. */
export function recordOf(answer: Answer): Record<string, unknown> {
  if (answer.body.data?.length !== 1) throw new Error(`Not one record: ${answer.status} ${answer.text}`);
  return answer.body.data[0] as Record<string, unknown>;
}

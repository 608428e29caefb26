import { request as httpRequest } from 'node:http';
import type { TestContext } from 'node:test';
import { type FakeGuard, fakeGuard, startHallpass } from '@hallpass/sdk/testing';

/** What came back, but for what every server adds by itself. */
export interface Said {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
}

export interface Question {
  readonly method: string;
  /** Flat; names may come twice. */
  readonly headers: readonly string[];
}

const ADDED = new Set(['date', 'connection', 'keep-alive', 'x-powered-by']);

/** Header lines in one order and one case. */
export function headerLines(pairs: Iterable<readonly [string, string]>): string[] {
  return [...pairs]
    .filter(([name]) => !ADDED.has(name.toLowerCase()))
    .map(([name, value]) => `${name.toLowerCase()}: ${value}`)
    .sort();
}

function pairs(flat: readonly string[]): [string, string][] {
  return flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] as string] as [string, string]] : []));
}

export function ask(url: string, { method, headers }: Question): Promise<Said> {
  return new Promise((resolve, reject) => {
    const flat = ['Host', new URL(url).host, ...headers];
    const request = httpRequest(url, { method, headers: flat, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: headerLines(pairs(response.rawHeaders)),
          body,
        }),
      );
    });
    request.on('error', reject).end();
  });
}

export interface Case extends Question {
  readonly name: string;
  /** Where the server is asked about the same. */
  readonly door: '/_/verify/read' | '/_/verify/write' | '/_/verify';
}

/** Every refusal that a request can bring about by itself, for a guard and for the server. */
export function casesFor(values: Readonly<Record<'reader' | 'inactive' | 'expired', string>>): Case[] {
  const id = ['X-Request-Id', 'the-same-for-both'];
  const bearer = (value: string) => ['Authorization', `Bearer ${value}`, ...id];
  const get = { method: 'GET', door: '/_/verify/read' } as const;
  return [
    { ...get, name: 'no credential', headers: id },
    { ...get, name: 'another scheme', headers: ['Authorization', 'Basic YTpi', ...id] },
    { ...get, name: 'no token behind the scheme', headers: ['Authorization', 'Bearer', ...id] },
    {
      ...get,
      name: 'two credentials',
      headers: ['Authorization', 'Bearer a', 'Authorization', 'Bearer b', ...id],
    },
    { ...get, name: 'no token at all', headers: bearer('abc') },
    { ...get, name: 'an unknown token', headers: bearer('hp_9sU2cVYrKoYHCKPTq2ORe5yKIkZVVD1nB2zW') },
    { ...get, name: 'an inactive token', headers: bearer(values.inactive) },
    { ...get, name: 'an expired token', headers: bearer(values.expired) },
    { ...get, name: 'HEAD', method: 'HEAD', headers: id },
    {
      method: 'DELETE',
      door: '/_/verify/write',
      name: 'a reader that wants to write',
      headers: bearer(values.reader),
    },
  ];
}

export interface Stand {
  readonly guard: FakeGuard;
  /** A token of the guard that may read. */
  readonly reader: string;
  readonly cases: readonly Case[];
  /** What the real server answers. */
  server(question: Case): Promise<Said>;
}

/** A guard, and a real server whose tokens are the same but for their values. */
export async function stand(t: TestContext): Promise<Stand> {
  const hallpass = await startHallpass();
  t.after(() => hallpass.stop());
  const guard = fakeGuard();
  const past = 1_600_000_000_000;
  const values = {
    reader: guard.issue({ name: 'reader', write: false }),
    inactive: guard.issue({ active: false }),
    expired: guard.issue({ expiresAt: past }),
  };
  const { admin } = hallpass;
  const made = async (name: string, terms: object) =>
    (await admin.createToken({ name, ...terms })).record.token ?? '';
  const twins = new Map([
    [values.reader, await made('reader', { write: false })],
    [values.inactive, await made('inactive', { active: false })],
    [values.expired, await made('expired', { expiration_date: past })],
  ]);
  return {
    guard,
    reader: values.reader,
    cases: casesFor(values),
    server: ({ method, door, headers }) => {
      const own = headers.map((header) => {
        const twin = twins.get(header.replace('Bearer ', ''));
        return twin === undefined ? header : `Bearer ${twin}`;
      });
      // A proxy asks with GET whatever the client does; the door says what it is about.
      return ask(hallpass.url + door, { method: method === 'HEAD' ? method : 'GET', headers: own });
    },
  };
}

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { AccessRequest } from '@hallpass/core/decide';
import { digestOf } from '@hallpass/core/digest';
import { newTokenId } from '@hallpass/core/id';
import { requestIds } from '@hallpass/core/request-id';
import { Secret } from '@hallpass/core/secret';
import { mint } from '@hallpass/core/token';
import { TokenTable } from '@hallpass/core/token-table';
import type { Verdict } from '@hallpass/core/verdict';
import { planFor } from 'hallpass/config/gate/plan';
import { GivingWay } from 'hallpass/giving-way';
import { TrustedProxies } from 'hallpass/http/address';
import { knowsOperators } from 'hallpass/http/client-authentication';
import { createForwardAuth } from 'hallpass/http/forward-auth';
import { Front, SERVER_OPTIONS } from 'hallpass/http/front';
import type { Later } from 'hallpass/http/gate/cuts';
import { Gate } from 'hallpass/http/gate/gate';
import type { RuleOptions } from 'hallpass/http/gate/rules';
import type { UpstreamOptions } from 'hallpass/http/gate/upstream';
import { Lines } from 'hallpass/http/lines';
import { type Checker, Live } from 'hallpass/live';
import { Usage } from 'hallpass/usage';
import { sampleOperator } from '../store/samples.ts';

export const NOW = 1_800_000_000_000;
export const PROXY_SECRET = 'only-the-proxy-knows-this';

/** Every kind of token a test needs, as values. */
export interface Values {
  readonly writer: string;
  readonly reader: string;
  readonly expired: string;
  readonly inactive: string;
  readonly unknown: string;
}

/** Of operators, by whether they are active. */
export interface Keys {
  readonly owner: string;
  readonly formerOwner: string;
}

/** A clock that stands still until a test sets it forward, and the timers that go by what passes. */
export class TestTime {
  now = NOW;
  #passed = 0;
  readonly #timers = new Map<() => void, number>();

  readonly later: Later = (ms, run) => {
    this.#timers.set(run, this.#passed + ms);
    return () => void this.#timers.delete(run);
  };

  /** How many timers are set. */
  get timers(): number {
    return this.#timers.size;
  }

  pass(ms: number): void {
    this.now += ms;
    this.#passed += ms;
    for (const [run, at] of this.#timers) {
      if (at > this.#passed) continue;
      this.#timers.delete(run);
      run();
    }
  }

  /** Sets the clock forward with no time passing. */
  jump(ms: number): void {
    this.now += ms;
  }
}

/** An upstream of which no more is said than where it is. */
export function upstreamAt(origin: string, answerTimeoutMs = 10_000): UpstreamOptions {
  const target = { ...planFor({ origin, prefix: '', socketPath: null }).upstreams[0] };
  return { ...target, answerTimeoutMs } as UpstreamOptions;
}

function newLive(time: TestTime): { live: Live; values: Values; keys: Keys } {
  const tokens = new TokenTable();
  const live = new Live(tokens, new Usage(), () => time.now);
  const add = (name: string, state: { active?: boolean; write?: boolean; expiresAt?: number | null }) => {
    const value = mint('hp_', randomBytes).reveal();
    live.tokens.set({
      digest: digestOf(value),
      id: newTokenId(NOW, randomBytes),
      name,
      expiresAt: null,
      active: true,
      write: true,
      ...state,
    });
    return value;
  };
  const values = {
    writer: add('the 🦊 writer', {}),
    reader: add('reader', { write: false, expiresAt: NOW + 1 }),
    expired: add('expired', { expiresAt: NOW }),
    inactive: add('inactive', { active: false }),
    unknown: mint('hp_', randomBytes).reveal(),
  };
  const addOwner = (name: string, active: boolean) => {
    const key = mint('hpo_', randomBytes).reveal();
    live.operators.put(sampleOperator({ name, active, digest: digestOf(key) }));
    return key;
  };
  const keys = { owner: addOwner('owner', true), formerOwner: addOwner('former owner', false) };
  live.open(1);
  return { live, values, keys };
}

export async function listen(t: TestContext, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** What the upstream got, as it came. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly string[];
  readonly body: string;
}

/** The values of every header whose name folds to this one. */
export function valuesOf(headers: readonly string[], name: string): string[] {
  const fold = (text: string) => text.toLowerCase().replace(/[^0-9a-z]/g, '');
  return headers.filter((_, i) => i % 2 === 1 && fold(headers[i - 1] as string) === fold(name));
}

export type Upstream = (request: IncomingMessage, response: ServerResponse) => void;

/** Answers with what it got, as JSON. */
export function echo(seen: Seen[]): Upstream {
  return async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('latin1')) body += chunk;
    const record = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.rawHeaders,
      body,
    };
    seen.push(record);
    response.end(JSON.stringify(record));
  };
}

export interface Stand {
  readonly live: Live;
  readonly values: Values;
  readonly keys: Keys;
  readonly time: TestTime;
  /** Where the server under test listens. */
  readonly port: number;
  readonly server: Server;
  readonly upstream: Server;
  readonly gate: Gate;
  /** What the echo upstream got so far. */
  readonly seen: Seen[];
  /** What reached the API, as `METHOD target`. */
  readonly apiCalls: string[];
  readonly faults: unknown[];
}

export interface StandOptions {
  readonly upstream?: Upstream;
  /** Instead of the one the stand starts. */
  readonly origin?: string;
  readonly trusted?: readonly string[];
  readonly prefix?: string;
  readonly answerTimeoutMs?: number;
  /** Instead of the one upstream that takes everything. */
  readonly upstreams?: readonly UpstreamOptions[];
  readonly rules?: readonly RuleOptions[];
  readonly silenceMs?: number;
  readonly givingWay?: GivingWay;
  /** The API never answers. */
  readonly api?: 'silent';
  /** Is told every decision at the gate. */
  readonly watch?: (asked: AccessRequest, verdict: Verdict) => void;
}

/** The server's front with a real table, a gate and an upstream, for the length of a test. */
export async function stand(t: TestContext, options: StandOptions = {}): Promise<Stand> {
  const time = new TestTime();
  const { live, values, keys } = newLive(time);
  const seen: Seen[] = [];
  const apiCalls: string[] = [];
  const faults: unknown[] = [];
  const report = (error: unknown) => faults.push(error);
  const upstream = createServer(options.upstream ?? echo(seen));
  const upstreamPort = await listen(t, upstream);
  const origin = options.origin ?? `http://127.0.0.1:${upstreamPort}`;
  const prefix = options.prefix ?? '/_/';
  const trustedProxies = new TrustedProxies(options.trusted ?? []);
  const checker: Checker = {
    check(asked, door) {
      const verdict = live.check(asked, door);
      options.watch?.(asked, verdict);
      return verdict;
    },
    recheck: (asked) => live.recheck(asked),
    changesOf: (spread) => live.changesOf(spread),
  };
  const gate = new Gate({
    checker,
    trustedProxies,
    plan: {
      upstreams: options.upstreams ?? [upstreamAt(origin, options.answerTimeoutMs)],
      rules: options.rules ?? [],
    },
    prefix,
    report,
    clock: () => time.now,
    later: time.later,
    silenceMs: options.silenceMs ?? 60_000,
  });
  live.follow((changes) => gate.changed(changes));
  t.after(() => gate.close());
  const front = new Front({
    prefix,
    lines: new Lines(
      prefix,
      options.givingWay ?? new GivingWay(() => performance.now()),
      knowsOperators(live.operators, () => time.now),
    ),
    silenceMs: options.silenceMs ?? 30_000,
    forwardAuth: createForwardAuth({ checker: live, trustedProxies, proxySecret: new Secret(PROXY_SECRET) }),
    api: (request, response) => {
      apiCalls.push(`${request.method} ${request.url}`);
      request.resume();
      if (options.api === 'silent') return;
      response.writeHead(418, { 'X-Api': 'yes' }).end('the API');
    },
    gate,
    newRequestId: requestIds(randomBytes),
    report,
  });
  const server = createServer(SERVER_OPTIONS);
  front.attach(server);
  const port = await listen(t, server);
  return { live, values, keys, time, port, server, upstream, gate, seen, apiCalls, faults };
}

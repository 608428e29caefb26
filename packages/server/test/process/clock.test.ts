import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import { digestOf } from '@hallpass/core/digest';
import { newTokenId } from '@hallpass/core/id';
import { requestIds } from '@hallpass/core/request-id';
import { mint } from '@hallpass/core/token';
import { TokenTable } from '@hallpass/core/token-table';
import { steadyClock } from 'hallpass/clock';
import { GivingWay } from 'hallpass/giving-way';
import { TrustedProxies } from 'hallpass/http/address';
import { createForwardAuth } from 'hallpass/http/forward-auth';
import { Front, SERVER_OPTIONS } from 'hallpass/http/front';
import { Lines } from 'hallpass/http/lines';
import { Live } from 'hallpass/live';
import { Usage } from 'hallpass/usage';
import { ask } from './ask.ts';
import { listening } from './listening.ts';

const START = 1_800_000_000_000;
const HOUR = 3_600_000;

/** Two clocks that a test sets: the wall clock, and what has passed since the start. */
class Clocks {
  wall = START;
  passed = 500;

  readonly steady = steadyClock(
    () => this.wall,
    () => this.passed,
  );

  /** Time goes by, and both clocks know it. */
  pass(milliseconds: number): void {
    this.wall += milliseconds;
    this.passed += milliseconds;
  }
}

/** The forward-auth door of a server that goes by these clocks, and a token that ends when it says. */
async function door(t: TestContext, clocks: Clocks, expiresAt: number): Promise<() => Promise<number>> {
  const live = new Live(new TokenTable(), new Usage(), clocks.steady);
  const value = mint('hp_', randomBytes).reveal();
  const token = { digest: digestOf(value), id: newTokenId(START, randomBytes), name: 'a', expiresAt };
  live.tokens.set({ ...token, active: true, write: true });
  live.open(1);
  const server = createServer(SERVER_OPTIONS);
  new Front({
    prefix: '/_/',
    forwardAuth: createForwardAuth({ checker: live, trustedProxies: new TrustedProxies([]) }),
    api: (_request, response) => void response.end(),
    lines: new Lines('/_/', new GivingWay(() => performance.now()), () => false),
    silenceMs: 30_000,
    newRequestId: requestIds(randomBytes),
    report: assert.fail,
  }).attach(server);
  const port = await listening(t, server);
  return async () => (await ask(`http://127.0.0.1:${port}`, { path: '/_/verify/read', key: value })).status;
}

test('C27, C28: a token is let in one millisecond before its end and refused at it', async (t) => {
  const clocks = new Clocks();
  const check = await door(t, clocks, START + HOUR);
  clocks.pass(HOUR - 1);
  assert.equal(await check(), 200);
  clocks.pass(1);
  assert.equal(await check(), 401);
  clocks.pass(1);
  assert.equal(await check(), 401);
});

test('C40: a wall clock turned back revives nothing that has expired, and stops no expiry to come', async (t) => {
  const clocks = new Clocks();
  const check = await door(t, clocks, START + HOUR);
  clocks.pass(HOUR);
  assert.equal(await check(), 401);
  clocks.wall -= HOUR;
  assert.equal(await check(), 401);

  const other = new Clocks();
  const checkOther = await door(t, other, START + HOUR);
  other.wall -= 2 * HOUR;
  other.pass(HOUR - 1);
  assert.equal(await checkOther(), 200);
  other.pass(1);
  assert.equal(await checkOther(), 401);
});

test('C41: a wall clock that runs ahead refuses while it does; corrected, tokens are let in again', async (t) => {
  const clocks = new Clocks();
  const check = await door(t, clocks, START + HOUR);
  clocks.wall += 2 * HOUR;
  assert.equal(await check(), 401);
  clocks.wall -= 2 * HOUR;
  assert.equal(await check(), 200);
});

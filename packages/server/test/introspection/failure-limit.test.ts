import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HallpassError } from '@hallpass/core/errors';
import { FailureLimit, RateLimited } from 'hallpass/http/failure-limit';
import { OWNER_KEY, startServer } from '../server.js';
import { basic, introspect, newToken, post } from './forms.js';

/** How many failures in a row are taken before one is turned away. */
function countUntilLimited(limit: FailureLimit, addresses: (i: number) => string): number {
  for (let i = 0; i < 100_000; i++) {
    try {
      limit.count(addresses(i));
    } catch (error) {
      assert.ok(error instanceof RateLimited);
      return i;
    }
  }
  return Number.POSITIVE_INFINITY;
}

describe('the limit on failures', () => {
  it('takes 20 at once from an address, then one a second', () => {
    let now = 1_700_000_000_000;
    const limit = new FailureLimit(() => now);
    const here = () => '192.0.2.7';
    assert.equal(countUntilLimited(limit, here), 20);
    assert.equal(countUntilLimited(limit, here), 0);
    now += 999;
    assert.equal(countUntilLimited(limit, here), 0);
    now += 1;
    assert.equal(countUntilLimited(limit, here), 1);
    now += 3000;
    assert.equal(countUntilLimited(limit, here), 3);
    now += 3_600_000;
    assert.equal(countUntilLimited(limit, here), 20);
    assert.equal(
      countUntilLimited(limit, () => '192.0.2.8'),
      20,
    );
  });

  it('says how many seconds to wait', () => {
    const limit = new FailureLimit(() => 1_700_000_000_000);
    for (let i = 0; i < 20; i++) limit.count(null);
    assert.throws(
      () => limit.count(null),
      (error) => error instanceof RateLimited && error.headers['Retry-After'] === '1',
    );
  });

  it('takes 1000 at once from all addresses together', () => {
    const limit = new FailureLimit(() => 1_700_000_000_000);
    assert.equal(
      countUntilLimited(limit, (i) => `10.0.${i >> 8}.${i & 255}`),
      1000,
    );
  });

  it('takes all addresses of one IPv6 network for one', () => {
    const limit = new FailureLimit(() => 1_700_000_000_000);
    assert.equal(
      countUntilLimited(limit, (i) => `2001:db8:0:7:${i}::1`),
      20,
    );
    assert.equal(
      countUntilLimited(limit, () => '2001:db8:0:7::'),
      0,
    );
    assert.equal(
      countUntilLimited(limit, () => '2001:db8::7:0:0:0:1'),
      0,
    );
    assert.equal(
      countUntilLimited(limit, () => '2001:db8::8:0:0:0:1'),
      20,
    );
    assert.equal(
      countUntilLimited(limit, () => '::1'),
      20,
    );
  });

  it('keeps nobody waiting because the clock is turned back', () => {
    let now = 1_700_000_000_000;
    const limit = new FailureLimit(() => now);
    const here = () => 'a';
    assert.equal(countUntilLimited(limit, here), 20);
    now -= 3_600_000;
    assert.equal(countUntilLimited(limit, here), 20);
  });

  it('remembers the 10,000 addresses that failed last', () => {
    const allowedAfter = (others: number) => {
      let now = 1_700_000_000_000;
      const limit = new FailureLimit(() => now);
      assert.equal(
        countUntilLimited(limit, () => 'a'),
        20,
      );
      for (let i = 0; i < others; i++) {
        try {
          limit.count(`10.0.${i >> 8}.${i & 255}`);
        } catch (error) {
          assert.ok(error instanceof RateLimited);
        }
      }
      now += 10;
      return countUntilLimited(limit, () => 'a');
    };
    assert.equal(allowedAfter(9_999), 0);
    assert.equal(allowedAfter(10_000), 1);
  });

  it('counts only what is wrong, and lets through what is right', () => {
    const limit = new FailureLimit(() => 1_700_000_000_000);
    const wrong = () => {
      throw new HallpassError('invalid_token', 'wrong');
    };
    for (let i = 0; i < 50; i++)
      assert.equal(
        limit.guard('a', () => 'right'),
        'right',
      );
    for (let i = 0; i < 20; i++) assert.throws(() => limit.guard('a', wrong), { code: 'invalid_token' });
    assert.throws(() => limit.guard('a', wrong), { code: 'rate_limited' });
    assert.equal(
      limit.guard('a', () => 'right'),
      'right',
    );
  });
});

describe('guessing', () => {
  it('operator keys ends in 429 with Retry-After, while the right key goes on working', async (t) => {
    const server = await startServer(t);
    const statuses = new Set<number>();
    for (let i = 0; i < 60; i++) {
      const answer = await server.call('GET', '/_/token', { key: `hpo_${i}` });
      statuses.add(answer.status);
      if (answer.status !== 429) continue;
      assert.equal(answer.body.code, 'rate_limited');
      assert.match(answer.headers.get('retry-after') ?? '', /^\d+$/);
      assert.match(answer.headers.get('ratelimit') ?? '', /^"failures";r=0;t=\d+$/);
      assert.equal(answer.headers.get('ratelimit-policy'), '"failures";q=20;w=20');
    }
    assert.deepEqual([...statuses], [401, 429]);
    assert.equal((await server.call('GET', '/_/token')).status, 200);
  });

  it('client credentials ends in 429, while the right ones go on working', async (t) => {
    const server = await startServer(t);
    const statuses = new Set<number>();
    for (let i = 0; i < 60; i++) {
      statuses.add((await post(server, '/_/introspect', { token: 'x' }, basic('owner', `hpo_${i}`))).status);
    }
    assert.deepEqual([...statuses], [401, 429]);
    assert.equal(
      (await post(server, '/_/introspect', { token: 'x' }, basic('owner', OWNER_KEY))).status,
      200,
    );
  });

  it('values to revoke ends in 429, while a real one is still revoked', async (t) => {
    const server = await startServer(t);
    const token = await newToken(server, 'a');
    const statuses = new Set<number>();
    for (let i = 0; i < 60; i++) statuses.add((await post(server, '/_/revoke', { token: `hp_${i}` })).status);
    assert.deepEqual([...statuses], [200, 429]);
    assert.equal((await post(server, '/_/revoke', { token })).status, 200);
    assert.deepEqual(await introspect(server, token), { active: false });
  });

  it('at forward auth is never limited: a proxy shares one address among its clients', async (t) => {
    const server = await startServer(t);
    for (let i = 0; i < 60; i++) {
      assert.equal((await server.call('GET', '/_/verify/read', { key: `hp_${i}` })).status, 401);
    }
  });
});

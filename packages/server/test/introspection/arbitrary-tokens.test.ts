import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { OWNER_KEY, startServer } from '../server.js';
import { bearer, introspect, newToken, post } from './forms.js';

const RUNS = { numRuns: 300 };

describe('introspection of anything at all', () => {
  it('no string but a live token is ever active, and none is an error', async (t) => {
    const server = await startServer(t);
    const live = await newToken(server, 'a');
    const near = fc
      .tuple(fc.nat(live.length), fc.nat(3), fc.string({ unit: 'binary', maxLength: 3 }))
      .map(([at, cut, put]) => live.slice(0, at) + put + live.slice(at + cut));
    const digits = fc.stringMatching(/^hp_[0-9A-Za-z]{36}$/);
    const text = fc.oneof(fc.string({ unit: 'binary', minLength: 1 }), fc.webUrl(), digits, near);
    await fc.assert(
      fc.asyncProperty(text, async (token) => {
        fc.pre(token !== live && token !== '');
        const answer = await post(server, '/_/introspect', { token }, bearer(OWNER_KEY));
        assert.deepEqual([answer.status, answer.text], [200, '{"active":false}']);
      }),
      RUNS,
    );
    assert.equal((await introspect(server, live))['active'], true);
  });

  it('no bytes make it answer anything else than inactive or a client error', async (t) => {
    const server = await startServer(t);
    const bytes = fc.uint8Array({ maxLength: 200 });
    const percent = bytes.map((all) =>
      Buffer.from(`token=${[...all].map((byte) => `%${byte.toString(16)}`)}`),
    );
    const form = bytes.map((all) => Buffer.concat([Buffer.from('token='), all]));
    await fc.assert(
      fc.asyncProperty(fc.oneof(bytes.map(Buffer.from), percent, form), async (body) => {
        const answer = await post(server, '/_/introspect', body, bearer(OWNER_KEY));
        if (answer.status === 200) assert.equal(answer.text, '{"active":false}');
        else {
          const { error } = JSON.parse(answer.text) as { error: string };
          assert.deepEqual([answer.status, error], [400, 'invalid_request']);
        }
      }),
      RUNS,
    );
  });

  it('no Authorization header but that of an operator is let in, and none is a fault', async (t) => {
    const server = await startServer(t);
    const value = fc.oneof(
      fc.base64String(),
      fc.string(),
      fc.string().map((text) => Buffer.from(`owner:${text}`).toString('base64')),
      fc.constant(Buffer.from(`${OWNER_KEY}:owner`).toString('base64')),
    );
    const scheme = fc.constantFrom('Basic ', 'Bearer ', 'basic  ', 'Digest ', '');
    await fc.assert(
      fc.asyncProperty(scheme, value, async (before, after) => {
        const headers = { Authorization: before + after };
        const { status } = await post(server, '/_/introspect', { token: 'x' }, headers);
        assert.ok([400, 401, 429].includes(status), String(status));
      }),
      RUNS,
    );
  });
});

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { AccessRequest } from '@hallpass/core/decide';
import type { Verdict } from '@hallpass/core/verdict';
import type { RuleOptions } from 'hallpass/http/gate/rules';
import { bearer, RawClient } from '../http/raw-client.js';
import { type Stand, stand } from '../http/stand.js';
import { type RawRequest, rawUpstream } from './raw-upstream.js';
import { forEachGenerated, RUNS } from './runs.js';
import { type SpelledRequest, spelledRequest } from './spelled-request.js';

/** Each is two requests. */
const SPELLINGS = RUNS / 8;
const LANES = 4;
const READING = new Set(['GET', 'HEAD', 'OPTIONS']);
/** What the gate may add to what the client sent. */
const ADDED =
  /^(?:host|connection|content-length|x-forwarded-(?:for|proto|host)|forwarded|x-request-id|x-hallpass-(?:token-id|token-name|write|expires)): /i;
const NOT_PASSED_ON =
  /^(?:connection|keep-alive|proxy-authorization|x[-_]hallpass.*|x-forwarded-method|x-original-url):/i;

interface Outcome {
  readonly status: number;
  readonly decisions: readonly { readonly asked: AccessRequest; readonly verdict: Verdict }[];
  readonly upstream: readonly RawRequest[];
  readonly api: number;
}

/** A gate with everything around it, and a way to ask it that tells what came of it. */
async function lane(
  t: TestContext,
  rules: readonly RuleOptions[] = [],
): Promise<{ at: Stand; ask: (bytes: string, head: boolean) => Promise<Outcome> }> {
  const decisions: { asked: AccessRequest; verdict: Verdict }[] = [];
  const { origin, taken } = await rawUpstream(t);
  const at = await stand(t, { origin, rules, watch: (asked, verdict) => decisions.push({ asked, verdict }) });
  const ask = async (bytes: string, head: boolean): Promise<Outcome> => {
    const client = await RawClient.open(undefined, at.port);
    client.send(bytes);
    const { status } = await client.answer(head);
    client.socket.destroy();
    return { status, decisions: decisions.splice(0), upstream: taken(), api: at.apiCalls.splice(0).length };
  };
  return { at, ask };
}

function bytesOf(
  { method, absolute, query, who, lines }: SpelledRequest,
  path: string,
  { values }: Stand,
): string {
  const target = `${absolute ? 'http://service.test' : ''}${path}${query}`;
  const all = ['Host: service.test', bearer(values[who]), ...lines, 'Content-Length: 0'];
  return `${method} ${target} HTTP/1.1\r\n${all.join('\r\n')}\r\n\r\n`;
}

/** What the upstream got is what was decided on, byte by byte where the client has a say. */
function checkForwarded(request: SpelledRequest, { decisions, upstream }: Outcome, { values }: Stand): void {
  const [got] = upstream;
  const [decision] = decisions;
  assert.ok(got && upstream.length === 1 && decision && decisions.length === 1);
  const { asked, verdict } = decision;
  assert.ok(verdict.allow);
  assert.equal(asked.presented, values[request.who]);
  const writes = !READING.has(got.method) || /[_.]method=PUT/.test(got.target);
  assert.equal(asked.access, writes ? 'write' : 'read');
  assert.equal(got.method, request.method);
  assert.equal(got.target, request.spelled + request.query);
  const own = got.lines.filter((text) => ADDED.test(text));
  assert.ok(own.includes(`X-Hallpass-Token-Id: ${verdict.principal.id}`));
  assert.ok(own.includes(`X-Hallpass-Write: ${request.who === 'writer'}`));
  assert.equal(new Set(own.map((text) => text.split(':')[0]?.toLowerCase())).size, own.length);
  const named = request.lines
    .filter((text) => /^connection:/i.test(text))
    .join()
    .toLowerCase();
  const expected = request.lines.filter((text) => {
    const name = (text.split(':')[0] ?? '').toLowerCase();
    return !NOT_PASSED_ON.test(text) && !named.includes(name);
  });
  assert.deepEqual(
    got.lines.filter((text) => !ADDED.test(text)),
    expected,
  );
}

test(`C54: of ${SPELLINGS} spellings each gets the verdict of its path or none, and what was decided on is what is forwarded`, async (t) => {
  const lanes = await Promise.all(Array.from({ length: LANES }, () => lane(t)));
  let [passed, ambiguous] = [0, 0];
  await forEachGenerated(spelledRequest, { runs: SPELLINGS, lanes: LANES }, async (request, number) => {
    const { at, ask } = lanes[number] as (typeof lanes)[number];
    const isHead = request.method === 'HEAD';
    const outcome = await ask(bytesOf(request, request.spelled, at), isHead);
    const { status, decisions, upstream, api } = outcome;
    if (status === 200) {
      passed++;
      checkForwarded(request, outcome, at);
    } else assert.equal(upstream.length, 0);
    if (status === 400) {
      ambiguous++;
      assert.deepEqual([decisions.length, api], [0, 0]);
      return;
    }
    const plain = await ask(bytesOf(request, request.plain, at), isHead);
    assert.deepEqual([status, api], [plain.status, plain.api]);
    assert.deepEqual(
      decisions.map(({ asked }) => asked),
      plain.decisions.map(({ asked }) => asked),
    );
  });
  for (const { at } of lanes) assert.deepEqual(at.faults, []);
  assert.ok(
    passed > SPELLINGS / 20 && ambiguous > SPELLINGS / 20,
    `${passed} passed, ${ambiguous} were ambiguous`,
  );
});

const RULES: readonly RuleOptions[] = [
  { host: null, methods: null, path: '/things', access: 'public' },
  { host: null, methods: ['POST', 'PROPFIND'], path: '/a/*', access: 'read' },
  { host: null, methods: ['GET'], path: '/Report-1/**', access: 'write' },
  { host: null, methods: ['GET', 'POST'], path: '/~v/**', access: 'public' },
];

/** The paths for which a rule asks for less, to the letter. */
const OPENED = /^\/(?:things|a\/[^/]+|~v(?:\/.*)?)$/;

/** Without the escapes that RFC 3986 §2.3 calls the same as none. */
function unescaped(path: string): string {
  return path.replace(/%(?:2[de]|3\d|[46][1-9a-f]|[57][0-9a]|5f|7e)/gi, decodeURIComponent);
}

function passesWithoutRules({ who, method, query }: SpelledRequest): boolean {
  return who === 'writer' || (who === 'reader' && READING.has(method) && !/[_.]method=PUT/.test(query));
}

test(`C54: with rules, none of ${SPELLINGS} spellings opens what its path does not`, async (t) => {
  const lanes = await Promise.all(Array.from({ length: LANES }, () => lane(t, RULES)));
  let [passed, refused] = [0, 0];
  await forEachGenerated(spelledRequest, { runs: SPELLINGS, lanes: LANES }, async (request, number) => {
    const { at, ask } = lanes[number] as (typeof lanes)[number];
    const isHead = request.method === 'HEAD';
    const { status, upstream } = await ask(bytesOf(request, request.spelled, at), isHead);
    if (status !== 200) {
      refused++;
      assert.equal(upstream.length, 0);
      return;
    }
    passed++;
    const [got] = upstream;
    assert.ok(got && upstream.length === 1);
    assert.deepEqual([got.method, got.target], [request.method, request.spelled + request.query]);
    assert.ok(!got.lines.some((text) => /^authorization:/i.test(text)));
    if (!OPENED.test(unescaped(request.spelled))) assert.ok(passesWithoutRules(request));
    assert.equal((await ask(bytesOf(request, request.plain, at), isHead)).status, 200);
  });
  for (const { at } of lanes) assert.deepEqual(at.faults, []);
  assert.ok(passed > SPELLINGS / 20 && refused > SPELLINGS / 20, `${passed} passed, ${refused} did not`);
});

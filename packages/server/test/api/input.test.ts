import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OWNER_KEY, recordOf, startServer } from '../server.js';

describe('input of the API', () => {
  it('C75: odd names are kept as plain text, or refused with the field named', async (t) => {
    const server = await startServer(t);
    const kept = [
      'a'.repeat(255),
      '😀',
      '<script>alert(1)</script>',
      '=cmd()',
      '-rf',
      "'; DROP TABLE token;--",
      '%2e',
      'x/../y',
    ];
    for (const name of kept) {
      const made = await server.call('POST', '/_/token', { body: { name } });
      assert.equal(made.status, 201, name);
      assert.equal(recordOf(made)['name'], name);
      const value = await server.call('GET', `/_/token/value?name=${encodeURIComponent(name)}`);
      assert.equal(recordOf(value)['token'], recordOf(made)['token']);
      const allowed = await server.call('GET', '/_/verify/read', { key: String(recordOf(made)['token']) });
      assert.equal(allowed.status, 200);
      assert.equal(decodeURIComponent(allowed.headers.get('x-hallpass-token-name') ?? ''), name);
    }
    const refused = ['', ' a', 'a ', 'a'.repeat(256), 'a\u0000b', 'a\nb', 'a\u202eb', 'a\u2066b', '\ud800'];
    for (const name of refused) {
      const answer = await server.call('POST', '/_/token', { raw: `{"name":${JSON.stringify(name)}}` });
      assert.deepEqual([answer.status, answer.body.errors?.[0]?.field], [400, 'name'], JSON.stringify(name));
    }
  });

  it('a token or key is no name: lists and the trail would show it to all who read them', async (t) => {
    const server = await startServer(t);
    const value = String((await server.admin.createToken({ name: 'a' })).record.token);
    for (const name of [value, OWNER_KEY, `old ${value}`]) {
      for (const [method, path, body, field] of [
        ['POST', '/_/token', { name }, 'name'],
        ['PATCH', '/_/token', { name: 'a', new_name: name }, 'new_name'],
        ['POST', '/_/operator', { name, role: 'auditor' }, 'name'],
      ] as const) {
        const answer = await server.call(method, path, { body });
        assert.deepEqual([answer.status, answer.body.errors?.[0]?.field], [400, field]);
        assert.ok(!answer.text.includes(name));
      }
    }
    const trail = await server.call('GET', '/_/audit');
    assert.ok(!trail.text.includes(value));
  });

  it('a name is one name in every Unicode spelling', async (t) => {
    const server = await startServer(t);
    await server.call('POST', '/_/token', { body: { name: 'cafe\u0301' } });
    const again = await server.call('POST', '/_/token', { body: { name: 'caf\u00e9' } });
    assert.equal(again.status, 409);
    assert.equal((await server.call('DELETE', '/_/token', { body: { name: 'cafe\u0301' } })).status, 200);
  });

  it('C76: an unknown field is 400 with its name, and one entry for every wrong field', async (t) => {
    const server = await startServer(t);
    const body = { name: 'a', actve: true, write: 'true', active: 1 };
    const answer = await server.call('POST', '/_/token', { body });
    assert.equal(answer.status, 400);
    assert.equal(answer.body.code, 'invalid_input');
    assert.deepEqual(answer.body.errors?.map(({ field }) => field).sort(), ['active', 'actve', 'write']);
  });

  it('C77: __proto__ and constructor are unknown fields like others', async (t) => {
    const server = await startServer(t);
    for (const field of ['__proto__', 'constructor', 'toString']) {
      const answer = await server.call('POST', '/_/token', { raw: `{"name":"a","${field}":{"write":true}}` });
      assert.equal(answer.status, 400, field);
    }
    assert.equal((await server.call('GET', '/_/token')).body.data.length, 0);
  });

  it('C78: a field that stands twice is 400, also in another spelling', async (t) => {
    const server = await startServer(t);
    for (const raw of [
      '{"name":"a","name":"b"}',
      '{"name":"a","n\\u0061me":"b"}',
      '{"write":false , "name":"a","write" \n :true}',
    ]) {
      const answer = await server.call('POST', '/_/token', { raw });
      assert.deepEqual([answer.status, answer.body.code], [400, 'invalid_json'], raw);
    }
  });

  it('C79: what is no small JSON object in UTF-8 is 4xx at once', async (t) => {
    const server = await startServer(t);
    const deep = '['.repeat(10_000) + ']'.repeat(10_000);
    const cases: readonly (readonly [string | Buffer, Record<string, string>, number])[] = [
      [`{"name":${deep}}`, {}, 400],
      [`{"name":"${'a'.repeat(64 * 1024)}"}`, {}, 413],
      ['{"name":"a"}', { 'Content-Encoding': 'gzip' }, 415],
      [`\ufeff{"name":"a"}`, {}, 400],
      [Buffer.from('{"name":"a"}', 'utf16le'), {}, 400],
      [Buffer.from([0x7b, 0xff, 0x7d]), {}, 400],
      ['', {}, 400],
      ['[]', {}, 400],
      ['null', {}, 400],
      ['"name"', {}, 400],
      ['{"name":"a"', {}, 400],
      ["{'name':'a'}", {}, 400],
    ];
    for (const [raw, headers, status] of cases) {
      const answer = await server.call('POST', '/_/token', { raw, headers });
      assert.equal(answer.status, status, String(raw).slice(0, 40));
      assert.equal(answer.headers.get('content-type'), 'application/problem+json');
    }
  });

  it('an input that is wrong as a whole is named by where it stands', async (t) => {
    const server = await startServer(t);
    const fieldOf = async (method: string, path: string, raw?: string) =>
      (await server.call(method, path, raw === undefined ? {} : { raw })).body.errors;
    const message = 'must be a JSON object';
    for (const raw of ['[]', '"name"', 'null', '1'])
      assert.deepEqual(await fieldOf('POST', '/_/token', raw), [{ field: 'body', message }], raw);
    for (const path of ['/_/token', '/_/operator']) {
      assert.deepEqual(await fieldOf('DELETE', path, '[]'), [{ field: 'body', message }], path);
      const unknown = [{ field: 'x', message: 'is not a known field' }];
      assert.deepEqual(await fieldOf('DELETE', path, '{"name":"a","x":1}'), unknown, path);
    }
    const unnamed = 'must not have fields that are not known';
    const odd = '{"name":"a","<odd>":1}';
    assert.deepEqual(await fieldOf('POST', '/_/token', odd), [{ field: 'body', message: unnamed }]);
    assert.deepEqual(await fieldOf('GET', '/_/token?%3Codd%3E=1'), [{ field: 'query', message: unnamed }]);
  });

  it('says of a number or a query what it must be', async (t) => {
    const server = await startServer(t);
    await server.admin.createToken({ name: 'a' });
    const errorsOf = async (method: string, path: string, body?: unknown) =>
      (await server.call(method, path, { body })).body.errors;
    const patience = 'must be a whole number of milliseconds from 1 to 30000';
    for (const wait of ['abc', '0', '30001'])
      assert.deepEqual(await errorsOf('PATCH', `/_/token?wait=${wait}`, { name: 'a' }), [
        { field: 'wait', message: patience },
      ]);
    assert.deepEqual(await errorsOf('GET', '/_/token?limit=1&limit=2'), [
      { field: 'limit', message: 'must stand once' },
    ]);
    assert.deepEqual(await errorsOf('POST', '/_/token/rotate', { name: 'a', overlap: null }), [
      { field: 'overlap', message: 'must be a whole number' },
    ]);
  });

  it('C80: a limit out of bounds or an edited cursor is 400', async (t) => {
    const server = await startServer(t);
    for (const name of ['a', 'b', 'c']) await server.admin.createToken({ name });
    for (const limit of ['0', '-1', '1e9', '1001', 'ten', '', '1.5', '01']) {
      const answer = await server.call('GET', `/_/token?limit=${limit}`);
      assert.equal(answer.status, 400, limit);
      const message = 'must be a whole number from 1 to 1000';
      assert.deepEqual(answer.body.errors, [{ field: 'limit', message }], limit);
    }
    const cursor = String((await server.call('GET', '/_/token?limit=1')).body.next_cursor);
    const edited = Buffer.from(cursor, 'base64url');
    edited[edited.length - 1] = 0x39;
    for (const wrong of ['', 'x', edited.toString('base64url'), `${cursor}=`, `${cursor}A`]) {
      const answer = await server.call('GET', `/_/token?limit=1&cursor=${wrong}`);
      assert.deepEqual([answer.status, answer.body.errors?.[0]?.field], [400, 'cursor'], wrong);
    }
    assert.equal((await server.call('GET', `/_/token?limit=1&write=true&cursor=${cursor}`)).status, 400);
    assert.equal((await server.call('GET', `/_/token?limit=1&limit=2`)).status, 400);
  });

  it('C84: an unknown path is 404 and a wrong method 405, whatever the body is', async (t) => {
    const server = await startServer(t);
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
    for (const headers of [form, { 'Content-Type': 'text/plain' }, { 'Content-Encoding': 'gzip' }]) {
      const options = { raw: 'a=b', headers };
      for (const path of ['/_/nope', '/_/introspect/', '/_/verify/']) {
        const { status, body } = await server.call('POST', path, options);
        assert.deepEqual([status, body.code], [404, 'path_not_found'], path);
      }
      const wrong = await server.call('POST', '/_/health/live', options);
      assert.deepEqual([wrong.status, wrong.headers.get('allow')], [405, 'GET, HEAD']);
    }
  });

  it('a path of forward auth in another spelling is 404, and no fault of the server', async (t) => {
    const server = await startServer(t);
    for (const path of ['/_/%76erify', '/_/verify/%72ead', '/_/%65xt-authz/x']) {
      const { status, body } = await server.call('GET', path);
      assert.deepEqual([status, body.code], [404, 'path_not_found'], path);
    }
    assert.doesNotMatch(server.log(), /"level":"error"/);
  });

  it('C84: an unknown path is 404, a wrong method 405 with Allow', async (t) => {
    const server = await startServer(t);
    for (const path of ['/_/', '/_/tokens', '/_/token/', '/_/token/value/x', '/_/Token']) {
      const answer = await server.call('GET', path);
      assert.deepEqual([answer.status, answer.body.code], [404, 'path_not_found'], path);
    }
    const wrong = await server.call('POST', '/_/token/value', { body: {} });
    assert.deepEqual([wrong.status, wrong.headers.get('allow')], [405, 'GET, HEAD']);
    for (const method of ['QUERY', 'PROPFIND', 'PURGE', 'OPTIONS']) {
      assert.equal((await server.call(method, '/_/')).status, 404, method);
      assert.equal((await server.call(method, '/_/token')).status, 405, method);
    }
    const known = await server.call('OPTIONS', '/_/token');
    assert.deepEqual(
      [known.status, known.headers.get('allow')],
      [405, 'GET, HEAD, POST, PUT, PATCH, DELETE'],
    );
  });

  it('C87: wildcards and quotes in a search are plain characters', async (t) => {
    const server = await startServer(t);
    for (const name of ['100%', '100x', 'a_b', 'axb', "o'brien", 'back\\slash'])
      await server.admin.createToken({ name });
    const found = async (search: string) =>
      (await server.call('GET', `/_/token?search=${encodeURIComponent(search)}`)).body.data.map(
        (r) => r['name'],
      );
    assert.deepEqual(await found('%'), ['100%']);
    assert.deepEqual(await found('_'), ['a_b']);
    assert.deepEqual(await found("'"), ["o'brien"]);
    assert.deepEqual(await found('\\'), ['back\\slash']);
    assert.deepEqual(await found('A_B'), ['a_b']);
    assert.deepEqual(await found("' OR 1=1 --"), []);
  });

  it('never repeats in an error what was sent', async (t) => {
    const server = await startServer(t);
    const secret = 'hp_0123456789abcdefghijklmnopqrstuvwxyz';
    const bodies = [
      { name: 'a', [secret]: 1 },
      { name: 'a', active: secret },
      { name: 'a', write: [secret] },
      { name: ` ${secret}` },
      { name: secret },
    ];
    for (const body of bodies.slice(0, 4)) {
      const answer = await server.call('POST', '/_/token', { body });
      assert.equal(answer.status, 400);
      assert.ok(!answer.text.includes(secret), answer.text);
    }
    assert.equal(
      (await server.call('GET', `/_/token/value?name=${secret}&x=${secret}`)).text.includes(secret),
      false,
    );
    assert.ok(!server.log().includes(secret));
  });

  it('every answer carries a request id, the caller own one if it is a plain word', async (t) => {
    const server = await startServer(t);
    const own = await server.call('GET', '/_/token', { headers: { 'X-Request-Id': 'abc-123' } });
    assert.equal(own.headers.get('x-request-id'), 'abc-123');
    const odd = await server.call('GET', '/_/nowhere', { headers: { 'X-Request-Id': 'a b"' } });
    assert.match(odd.headers.get('x-request-id') ?? '', /^[\w.-]+$/);
    assert.equal(odd.body.request_id, odd.headers.get('x-request-id'));
  });
});

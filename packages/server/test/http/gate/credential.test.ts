import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ask, bearer, bytesOf, headerOf, type RawAnswer, RawClient } from '../raw-client.ts';
import { stand } from '../stand.ts';

const DOORS = [
  { door: 'the gate', target: '/things' },
  { door: 'verify', target: '/_/verify/write' },
  { door: 'ext-authz', target: '/_/ext-authz/things' },
] as const;

function codeOf(answer: RawAnswer): unknown {
  return JSON.parse(answer.body).code;
}

/** Without what must differ between two refusals. */
function sameBytes(answer: RawAnswer): string {
  const id = headerOf(answer, 'X-Request-Id') ?? '';
  assert.notEqual(id, '');
  return answer.bytes.replaceAll(id, '<id>').replace(/^(Date|Content-Length): .*\r\n/gim, '');
}

for (const { door, target } of DOORS) {
  describe(`a credential at ${door}`, () => {
    test('C01: no Authorization header is a 401 whose challenge names no error', async (t) => {
      const { port } = await stand(t);
      const answer = await ask(t, port, bytesOf('GET', target));
      assert.equal(answer.status, 401);
      assert.equal(headerOf(answer, 'WWW-Authenticate'), 'Bearer realm="hallpass"');
      assert.equal(headerOf(answer, 'Content-Type'), 'application/problem+json');
      assert.equal(headerOf(answer, 'Cache-Control'), 'no-store');
      assert.equal(JSON.parse(answer.body).request_id, headerOf(answer, 'X-Request-Id'));
    });

    for (const [number, what, value] of [
      ['C02', 'the scheme alone', 'Bearer'],
      ['C04', 'a tab after the scheme', 'Bearer\tTOKEN'],
      ['C06', 'something after the token', 'Bearer TOKEN extra'],
      ['C06', 'a comma after the token', 'Bearer TOKEN,'],
      ['C19', 'a byte beyond ASCII', 'Bearer TOKEN\xe9'],
    ] as const) {
      test(`${number}: ${what} is a 400 with the challenge invalid_request`, async (t) => {
        const { port, values, seen } = await stand(t);
        const line = `Authorization: ${value.replace('TOKEN', values.writer)}`;
        const answer = await ask(t, port, bytesOf('GET', target, [line]));
        assert.equal(answer.status, 400);
        assert.equal(
          headerOf(answer, 'WWW-Authenticate'),
          'Bearer realm="hallpass", error="invalid_request"',
        );
        assert.equal(seen.length, 0);
      });
    }

    for (const [number, what, value] of [
      ['C03', 'two spaces after the scheme', 'Bearer  TOKEN'],
      ['C05', 'a scheme in mixed case', 'bEaReR TOKEN'],
      ['C08', 'spaces after the token', 'Bearer TOKEN   '],
    ] as const) {
      test(`${number}: ${what} is accepted`, async (t) => {
        const { port, values } = await stand(t);
        const line = `Authorization: ${value.replace('TOKEN', values.writer)}`;
        assert.equal((await ask(t, port, bytesOf('GET', target, [line]))).status, 200);
      });
    }

    test('C09: another scheme counts as no credential', async (t) => {
      const { port } = await stand(t);
      const answer = await ask(t, port, bytesOf('GET', target, ['Authorization: Basic dTpw']));
      assert.equal(answer.status, 401);
      assert.equal(headerOf(answer, 'WWW-Authenticate'), 'Bearer realm="hallpass"');
    });

    test('C10: two Authorization lines are a 400, the same or different, in any order and case', async (t) => {
      const { port, values, seen } = await stand(t);
      const good = bearer(values.writer);
      for (const lines of [
        [good, good],
        [good, 'authorization: Basic dTpw'],
        ['AUTHORIZATION: Bearer x', good],
      ]) {
        assert.equal((await ask(t, port, bytesOf('GET', target, lines))).status, 400);
      }
      assert.equal(seen.length, 0);
    });

    test('C10: a second Authorization line is seen behind thousands of other headers', async (t) => {
      const { port, values } = await stand(t);
      const filler = Array.from({ length: 2100 }, () => 'a:');
      const lines = [bearer(values.writer), ...filler, bearer(values.reader)];
      assert.equal((await ask(t, port, bytesOf('GET', target, lines))).status, 400);
    });

    test('C13: a token in the query, a cookie or the body opens nothing', async (t) => {
      const { port, values, seen } = await stand(t);
      const query = `${target}?access_token=${values.writer}&token=${values.writer}`;
      assert.equal((await ask(t, port, bytesOf('GET', query))).status, 401);
      const cookie = bytesOf('GET', target, [`Cookie: token=${values.writer}`]);
      assert.equal((await ask(t, port, cookie)).status, 401);
      const form = bytesOf(
        'POST',
        target,
        ['Content-Type: application/x-www-form-urlencoded'],
        `access_token=${values.writer}`,
      );
      const answer = await ask(t, port, form);
      assert.equal(answer.status, 401);
      assert.ok(!answer.bytes.includes(values.writer));
      assert.equal(seen.length, 0);
    });

    test('C16: Proxy-Authorization opens nothing', async (t) => {
      const { port, values } = await stand(t);
      const line = `Proxy-Authorization: Bearer ${values.writer}`;
      assert.equal((await ask(t, port, bytesOf('GET', target, [line]))).status, 401);
    });

    test('C18: a token of 4 kB is refused, a header section of 17 kB is a 431', async (t) => {
      const { port } = await stand(t);
      const long = await ask(t, port, bytesOf('GET', target, [`Authorization: Bearer ${'a'.repeat(4096)}`]));
      assert.equal(long.status, 401);
      const client = await RawClient.open(t, port);
      client.send(bytesOf('GET', target, [`Authorization: Bearer ${'a'.repeat(17_000)}`]));
      const answer = await client.answer();
      assert.equal(answer.status, 431);
      assert.equal(codeOf(answer), 'headers_too_large');
      await client.rest();
    });

    test('C19: NUL and a bare CR in the credential are a 400', async (t) => {
      const { port, values } = await stand(t);
      for (const byte of ['\0', '\r']) {
        const bytes = bytesOf('GET', target, [`Authorization: Bearer ${values.writer}${byte}x`]);
        assert.equal((await ask(t, port, bytes)).status, 400);
      }
    });

    test('C21 C22 C24: wrong checksum, other prefix, changed case, unknown, inactive and expired look the same', async (t) => {
      const { port, values } = await stand(t);
      const { writer } = values;
      const swapped = writer.replace(/[a-zA-Z](?=[^a-zA-Z]*$)/, (c) =>
        c === c.toUpperCase() ? c.toLowerCase() : c.toUpperCase(),
      );
      const presented = [
        values.unknown,
        values.inactive,
        values.expired,
        `${writer.slice(0, -1)}${writer.endsWith('0') ? '1' : '0'}`,
        writer.replace('hp_', 'hpo_'),
        writer.replace('hp_', 'gh_'),
        writer.toUpperCase(),
        swapped,
      ];
      const answers = [];
      for (const value of presented)
        answers.push(await ask(t, port, bytesOf('GET', target, [bearer(value)])));
      for (const answer of answers) {
        assert.equal(answer.status, 401);
        assert.equal(headerOf(answer, 'WWW-Authenticate'), 'Bearer realm="hallpass", error="invalid_token"');
        assert.equal(sameBytes(answer), sameBytes(answers[0] as RawAnswer));
      }
    });

    test('C26: Authorization in a trailer is ignored', async (t) => {
      const { port, values, seen } = await stand(t);
      const bytes = bytesOf('POST', target, ['Transfer-Encoding: chunked', 'Trailer: Authorization']);
      const answer = await ask(t, port, `${bytes}1\r\nx\r\n0\r\n${bearer(values.writer)}\r\n\r\n`);
      assert.equal(answer.status, 401);
      assert.equal(seen.length, 0);
    });

    test('a refused HEAD has the headers of the refusal and no body', async (t) => {
      const { port } = await stand(t);
      const client = await RawClient.open(t, port);
      client.send(bytesOf('HEAD', target, ['Connection: close']));
      const answer = await client.answer(true);
      assert.equal(answer.status, 401);
      assert.equal(await client.rest(), '');
    });
  });
}

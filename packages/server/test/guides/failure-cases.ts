import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { bearer, bytesOf } from '../http/raw-client.ts';
import { reportOf, runDoctor } from './doctor-cases.ts';
import { refusedWith } from './refused.ts';
import { ask, type ProxyStand, type ProxyUnderTest, standWithout } from './stand.ts';

/** Statuses that Hallpass, or something in its place, might answer a check with, besides allowing it. */
const ANSWERS = [301, 400, 401, 403, 404, 405, 429, 500, 502, 503];

/** A check that is answered with anything but 200 lets nothing through, whatever the answer says beside. */
async function oddAnswers(t: TestContext, stand: ProxyStand, proxy: ProxyUnderTest): Promise<void> {
  let status = 200;
  const { port, app } = await standWithout(t, proxy, (request, response) => {
    request.resume();
    const headers = { 'Retry-After': '7', 'X-Hallpass-Write': 'true', Location: '/elsewhere' };
    response.writeHead(status, headers).end();
  });
  for (status of ANSWERS) {
    const answer = await ask(port, bytesOf('GET', '/', [bearer(stand.tokens.writer)]));
    const expected = proxy.passesOn(status);
    assert.ok(expected.includes(answer.status), `${status} became ${answer.status}`);
    assert.deepEqual(app.seen, [], `${status} let a request through`);
  }
}

/** Ends with Hallpass stopped: the last of the matrix. */
export async function failureCases(t: TestContext, stand: ProxyStand, proxy: ProxyUnderTest): Promise<void> {
  const { hallpass, tokens } = stand;
  await t.test('no answer but an allowance lets a request through, and 429 and 503 say what they are', (t) =>
    oddAnswers(t, stand, proxy),
  );

  await t.test(
    'with Hallpass running, the doctor that expects it stopped says that requests get through',
    async (t) => {
      const report = await reportOf(t, stand, ['--expect-down']);
      assert.deepEqual(
        report.findings.map(({ fault }) => fault),
        ['fails_open'],
      );
    },
  );

  await t.test('C33: a token that is disabled is refused', async () => {
    await hallpass.admin.changeToken('reader', { active: false });
    await refusedWith(stand, bytesOf('GET', '/', [bearer(tokens.reader)]), [401]);
  });

  await t.test('with Hallpass stopped nobody gets through', async (t) => {
    await hallpass.stop();
    const { code, stdout } = await runDoctor(t, stand, ['--expect-down']);
    assert.equal(code, 0, stdout);
    const lines = [[], [bearer(tokens.writer)], [bearer(tokens.unknown)]];
    const requests = ['GET', 'POST'].flatMap((method) => lines.map((each) => bytesOf(method, '/', each)));
    await Promise.all(requests.map((bytes) => refusedWith(stand, bytes, proxy.whenDown)));
  });
}

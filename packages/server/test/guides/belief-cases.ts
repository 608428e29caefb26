import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bearer, bytesOf } from '../http/raw-client.ts';
import { reportOf } from './doctor-cases.ts';
import { guideText } from './guide.ts';
import { type ProxyUnderTest, standOf } from './stand.ts';

/** What the guides print in the place of the secret. */
const SECRET = 'the-secret-of-this-proxy';

/**
 * A proxy whose address Hallpass does not know is believed by the secret that `line` of its guide sends, put after
 * `place` in its file; without it every request counts as writing.
 */
export function proxySecretWorks(guide: string, proxy: ProxyUnderTest, line: string, place: string): void {
  test(`${proxy.name} is believed by its secret, and not without`, async (t) => {
    assert.ok(guideText(guide).replace(/\s+/g, ' ').includes(line), 'the guide has no such line');
    const read = (value: string) => bytesOf('GET', '/', [bearer(value)]);

    const unknown = await standOf(t, proxy, undefined, {});
    assert.equal((await unknown.ask(read(unknown.tokens.reader))).status, 403);
    assert.equal((await unknown.ask(read(unknown.tokens.writer))).status, 200);
    const report = await reportOf(t, unknown, ['--proxy', proxy.name.toLowerCase()]);
    const found = report.findings.find(({ fault }) => fault === 'method_not_believed');
    assert.match(found?.change ?? '', /--trusted-proxies/);

    process.env['HALLPASS_PROXY_SECRET'] = SECRET;
    t.after(() => delete process.env['HALLPASS_PROXY_SECRET']);
    const known = await standOf(t, proxy, (text) => text.replace(place, `${place}\n${line}`), {
      proxySecret: SECRET,
    });
    assert.equal((await known.ask(read(known.tokens.reader))).status, 200);
    const write = bytesOf('DELETE', '/', [bearer(known.tokens.reader), 'X-Forwarded-Method: GET']);
    assert.equal((await known.ask(write)).status, 403);
  });
}

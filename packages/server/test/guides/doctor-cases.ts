import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Ended, hallpass } from '../cli/process.ts';
import { temporaryFolder } from '../server.ts';
import { type Edit, type ProxyStand, type ProxyUnderTest, standOf } from './stand.ts';

interface Report {
  readonly proxy: string | null;
  readonly faults: number;
  readonly findings: readonly {
    readonly check: string;
    readonly result: string;
    readonly fault?: string;
    readonly change?: string;
  }[];
}

/** Runs the built `hallpass doctor proxy` against a stand, with its tokens in files. */
export function runDoctor(t: TestContext, stand: ProxyStand, words: readonly string[] = []): Promise<Ended> {
  const folder = temporaryFolder(t);
  const file = (name: 'writer' | 'reader'): string => {
    const path = join(folder, name);
    writeFileSync(path, `${stand.tokens[name]}\n`);
    return path;
  };
  const files = ['--token-file', file('writer'), '--read-only-token-file', file('reader')];
  return hallpass(['doctor', 'proxy', stand.url, ...files, ...words]);
}

export async function reportOf(t: TestContext, stand: ProxyStand, words: readonly string[]): Promise<Report> {
  const { stdout, stderr } = await runDoctor(t, stand, ['--json', ...words]);
  assert.equal(stderr, '');
  return JSON.parse(stdout) as Report;
}

/** The doctor finds nothing wrong with a proxy that is set up as its guide says. */
export async function doctorCases(t: TestContext, stand: ProxyStand, proxy: ProxyUnderTest): Promise<void> {
  await t.test('the doctor finds it in order, and no write reaches the service', async (t) => {
    const before = stand.app.seen.length;
    const words = ['--echo-path', '/echo', '--proxy', proxy.name.toLowerCase()];
    const { code, stdout, stderr } = await runDoctor(t, stand, words);
    assert.deepEqual([code, stderr], [0, ''], stdout);
    assert.match(stdout, /^ok {5}without a token everything is refused$/m);
    assert.match(stdout, /\nNo faults\.\n$/);
    assert.doesNotMatch(stdout, /^FAULT/m);
    for (const value of Object.values(stand.tokens)) assert.ok(!stdout.includes(value));
    const methods = stand.app.seen.slice(before).map(({ method }) => method);
    assert.deepEqual([...new Set(methods)], ['GET']);
  });
}

/** The doctor names the fault of a proxy whose printed file was spoilt by `edit`. */
export function doctorFinds(
  proxy: ProxyUnderTest,
  spoilt: string,
  fault: string,
  change: RegExp,
  edit: Edit,
): void {
  test(`the doctor names what is wrong with ${proxy.name}: ${spoilt}`, async (t) => {
    let edited = false;
    const stand = await standOf(t, proxy, (text) => {
      edited ||= edit(text) !== text;
      return edit(text);
    });
    assert.ok(edited, 'the guide has no such line');
    const report = await reportOf(t, stand, ['--echo-path', '/echo', '--proxy', proxy.name.toLowerCase()]);
    const found = report.findings.find((each) => each.fault === fault);
    assert.ok(found, JSON.stringify(report, null, 2));
    assert.match(found.change ?? '', change);
  });
}

import { examineEcho, examineProtocols, NOT_ECHOED } from './echo.ts';
import { examine, examineStopped } from './examination.ts';
import { type ProxyKind, proxyOf } from './faults.ts';
import type { Finding } from './finding.ts';
import { Probe } from './probe.ts';
import type { Report } from './report.ts';
import type { Values } from './request.ts';

export interface ProxyOptions {
  readonly url: URL;
  readonly values: Values;
  /** What is asked for; writes are tried there with the read-only token alone. */
  readonly path: string;
  readonly echoPath: string | undefined;
  readonly expectDown: boolean;
  readonly proxy: ProxyKind | undefined;
}

const STOPPED: Finding = {
  check: 'with Hallpass stopped everything is refused',
  result: 'not_checked',
  means: 'Stop Hallpass for a moment and run this again with --expect-down.',
};

async function findings(probe: Probe, { path, echoPath, expectDown }: ProxyOptions): Promise<Finding[]> {
  if (expectDown) return examineStopped(probe, path);
  const echoed = echoPath === undefined ? [NOT_ECHOED] : await examineEcho(probe, echoPath);
  // The token is not what it was said to be: writing with it would be writing.
  if (echoed.some(({ fault }) => fault === 'not_read_only')) return echoed;
  const passedOn = echoPath === undefined ? [] : await examineProtocols(probe, echoPath);
  return [...(await examine(probe, path)), ...echoed, ...passedOn, STOPPED];
}

/** Tries an installation from outside. Rejects with NoAnswer when there is none to try. */
export async function examineProxy(options: ProxyOptions): Promise<Report> {
  const { url, values, path } = options;
  const first = await new Probe(url, values, options.proxy).ask({ method: 'GET', target: path });
  const proxy = options.proxy ?? proxyOf(first.headers.get('server')?.[0] ?? '');
  const found = await findings(new Probe(url, values, proxy), options);
  const faults = found.filter(({ result }) => result === 'fault').length;
  return { url: url.href, proxy: proxy ?? null, faults, findings: found };
}

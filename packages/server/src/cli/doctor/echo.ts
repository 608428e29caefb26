import type { Fault } from './faults.ts';
import { type Finding, findingsOf, type Judgement } from './finding.ts';
import type { Probe } from './probe.ts';
import { type Answer, NoAnswer } from './raw-request.ts';
import { type Credential, describe, otherProtocols, type Request } from './request.ts';

const FORGED = 'forged-by-the-doctor';
const TWINS = [
  'X-Hallpass-Write',
  'X_Hallpass_Write',
  'X.Hallpass.Write',
  'x-hALLpass_write',
  'X-Hallpass-Token-Id',
  'X_Hallpass-Token_Id',
  'X-Hallpass-Token-Name',
  'X-Hallpass-Expires',
];
const IDENTITY = ['xhallpasstokenid', 'xhallpasstokenname', 'xhallpasswrite', 'xhallpassexpires'];
const OVERRIDES = ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'];

type Header = readonly [name: string, value: string];

function fold(name: string): string {
  return name.toLowerCase().replace(/[^0-9a-z]/g, '');
}

/** The headers in what a service echoed: an object, a flat array, or an array of pairs; undefined when it is no echo. */
export function echoedHeaders(body: string): Header[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const headers: unknown = 'headers' in parsed ? parsed.headers : undefined;
  if (Array.isArray(headers)) {
    const flat: string[] = headers.flat().map(String);
    return flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? ''] as const] : []));
  }
  if (typeof headers !== 'object' || headers === null) return undefined;
  return Object.entries(headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((each) => [name, String(each)] as const),
  );
}

function faultsIn(headers: readonly Header[], probe: Probe, credential: Credential): Fault[] {
  const faults: Fault[] = [];
  const of = (folded: string) => headers.filter(([name]) => fold(name) === folded).map(([, value]) => value);
  if (headers.some(([, value]) => value.includes(FORGED))) faults.push('forged_identity');
  else if (IDENTITY.some((name) => of(name).length !== 1 || of(name)[0] === ''))
    faults.push('identity_missing');
  else if (credential === 'read-only token' && of('xhallpasswrite')[0] !== 'false')
    faults.push('not_read_only');
  if (headers.some(([, value]) => probe.isShown(value))) faults.push('token_shown');
  if (credential === 'read-only token' && OVERRIDES.some((name) => of(fold(name)).length > 0))
    faults.push('override');
  return faults;
}

const CHECK = 'your service learns whose request it is from Hallpass alone, and no token';

export const NOT_ECHOED: Finding = {
  check: CHECK,
  result: 'not_checked',
  means: 'Name a path with --echo-path where your service answers with the headers it got, as JSON.',
};

async function echoOf(probe: Probe, request: Request): Promise<Answer | undefined> {
  return probe.ask(request, 'all').catch((error: unknown) => {
    if (error instanceof NoAnswer) return undefined;
    throw error;
  });
}

/** Whether the service is asked for another protocol. No echo: it was refused on the way. */
export async function examineProtocols(probe: Probe, target: string): Promise<Finding[]> {
  const judgements = otherProtocols(target).map(async (request): Promise<Judgement> => {
    const answer = await echoOf(probe, request);
    const headers = echoedHeaders(answer?.body ?? '') ?? [];
    const isPassedOn = answer?.status === 101 || headers.some(([name]) => fold(name) === 'upgrade');
    const trial = { sent: describe(request), came: answer ? String(answer.status) : 'no answer' };
    return { trial, fault: isPassedOn ? 'other_protocol' : undefined };
  });
  return findingsOf(
    'your service is asked for no protocol but a WebSocket',
    await Promise.all(judgements),
    probe.proxy,
  );
}

/** What reaches the service, told by itself: `target` must answer with the headers it got, as JSON. */
export async function examineEcho(probe: Probe, target: string): Promise<Finding[]> {
  const judgements: Judgement[] = [];
  const forged = TWINS.map((name) => `${name}: ${FORGED}`);
  const credentials: readonly Credential[] = ['read-only token', 'read-write token'];
  for (const credential of credentials)
    for (const lines of [[], [...forged, ...OVERRIDES.map((name) => `${name}: DELETE`)]]) {
      const request: Request = { method: 'GET', target, credentials: [credential], lines };
      const answer = await echoOf(probe, request);
      const headers = answer && echoedHeaders(answer.body);
      const sent = describe({ ...request, lines: lines.length > 0 ? ['and forged headers'] : [] });
      const came = answer ? String(answer.status) : 'no answer';
      if (headers === undefined) {
        const means = 'What came is no JSON object with the headers of the request as `headers`.';
        return [{ check: CHECK, result: 'not_checked', trials: [{ sent, came }], means }];
      }
      const faults = faultsIn(headers, probe, credential);
      for (const fault of faults.length > 0 ? faults : [undefined])
        judgements.push({ trial: { sent, came }, fault });
    }
  return findingsOf(CHECK, judgements, probe.proxy);
}

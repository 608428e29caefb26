import type { Finding } from './finding.ts';
import type { Probe } from './probe.ts';
import { challengeOf, mustBeRefused, mustNotPass, mustPass } from './refusals.ts';
import { type Credential, MADE_UP, otherProtocols, type Request } from './request.ts';

const UNKNOWN = 'BREW';
const METHODS = ['POST', 'DELETE', UNKNOWN];
const METHOD_HEADERS = ['X-Forwarded-Method', 'X-Original-Method', 'X-HTTP-Method-Override'];
/** Spellings of the paths that are Hallpass's own, and of a way around a rule for public paths. */
const PATHS = [
  '/_/token',
  '//_/token',
  '/./_/token',
  '/x/../_/token',
  '/%5f/token',
  '/_%2ftoken',
  '/_;/token',
  '/_hallpass',
  '/public/..;/',
];

export const UPGRADE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: aGFsbHBhc3MtZG9jdG9yIQ==',
];

const READER: readonly Credential[] = ['read-only token'];
const WRITER: readonly Credential[] = ['read-write token'];

function forgedMethods(target: string): Request[] {
  return METHOD_HEADERS.flatMap((name) =>
    ['POST', 'DELETE'].map((method) => ({ method, target, credentials: READER, lines: [`${name}: GET`] })),
  );
}

async function credentials(probe: Probe, target: string): Promise<Finding[]> {
  const both: Request = { method: 'GET', target, credentials: ['read-only token', 'read-write token'] };
  const query = `${target}${target.includes('?') ? '&' : '?'}access_token=${MADE_UP}`;
  return [
    ...(await probe.check(
      'without a token everything is refused',
      ['GET', 'POST', 'OPTIONS'].map((method) => ({ method, target })),
      (answer, request) =>
        // A proxy that refuses OPTIONS to everybody has no challenge for it.
        request.method === 'OPTIONS'
          ? mustNotPass('open')(answer, request)
          : mustBeRefused('open')(answer, request),
    )),
    ...(await probe.check(
      'two Authorization lines are refused',
      [both, { ...both, credentials: ['read-write token', 'read-write token'] }],
      mustNotPass('doubled'),
    )),
    ...(await probe.check(
      'a token in the query is not looked at',
      // Made up, because queries are logged. Whoever looks at it calls it invalid, or lets it pass.
      [{ method: 'GET', target: query }],
      (answer, request) =>
        answer && challengeOf(answer).includes('invalid_token')
          ? 'query_token'
          : mustBeRefused('open')(answer, request),
    )),
    ...(await probe.check(
      'no spelling of a path is open without a token',
      PATHS.map((path) => ({ method: 'GET', target: path })),
      (answer) => (answer && answer.status < 400 ? 'open' : undefined),
    )),
  ];
}

/** What a read-only token must not do. Nothing here is sent with the other one. */
async function readOnly(probe: Probe, target: string): Promise<Finding[]> {
  const write = (method: string): Request => ({ method, target, credentials: READER });
  const stranger = await probe.ask({ method: UNKNOWN, target });
  return [
    ...(await probe.check('a read-only token may not write', METHODS.map(write), (answer, request) => {
      // Servers on the way may refuse a method that nobody knows, whoever asks; the service must not be who does.
      const isRefusedToAll =
        request.method === UNKNOWN && stranger.status >= 400 && answer?.status === stranger.status;
      return isRefusedToAll ? undefined : mustBeRefused('writes')(answer, request);
    })),
    ...(await probe.check(
      'naming another method changes nothing',
      forgedMethods(target),
      mustBeRefused('method_forged'),
    )),
    ...(await probe.check(
      'a read-only token may not open a WebSocket',
      [{ method: 'GET', target, credentials: READER, lines: UPGRADE }],
      mustNotPass('web_socket', [401, 403]),
    )),
  ];
}

/** Everything that can be seen from outside while Hallpass runs, but for what reaches the service. */
export async function examine(probe: Probe, target: string): Promise<Finding[]> {
  const found = await credentials(probe, target);
  const reading = [WRITER, READER].map((each): Request => ({ method: 'GET', target, credentials: each }));
  found.push(...(await probe.check('both tokens may read', reading, mustPass)));
  found.push(...(await readOnly(probe, target)));
  found.push(
    ...(await probe.check('no protocol but a WebSocket is passed on', otherProtocols(target), (answer) =>
      answer?.status === 101 ? 'other_protocol' : undefined,
    )),
  );
  return found;
}

/** With Hallpass stopped, nobody may get through. Only reading requests bear the token that writes. */
export async function examineStopped(probe: Probe, target: string): Promise<Finding[]> {
  const requests: Request[] = [
    { method: 'GET', target },
    { method: 'GET', target, credentials: READER },
    { method: 'GET', target, credentials: WRITER },
    { method: 'POST', target, credentials: READER },
    { method: 'GET', target, credentials: READER, lines: UPGRADE },
  ];
  return probe.check('with Hallpass stopped everything is refused', requests, (answer) =>
    answer === undefined || answer.status === 401 || answer.status === 403 || answer.status >= 500
      ? undefined
      : 'fails_open',
  );
}

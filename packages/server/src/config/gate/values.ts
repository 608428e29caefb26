import { X509Certificate } from 'node:crypto';
import { METHODS } from 'node:http';
import { isIP } from 'node:net';
import type { TargetReader } from '@hallpass/core/target';
import { nearest } from '../nearest.ts';
import { oneOf, readHost, Unfit } from '../values.ts';
import { RULE_ACCESS } from './plan.ts';

const LONGEST_TIMEOUT_MS = 3_600_000;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const NO_METHOD = ['TRACE', 'CONNECT'];

export function readText(value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new Unfit('must be text');
  return value;
}

export function readFlag(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new Unfit('must be true or false');
  return value;
}

export function readTimeout(value: unknown): number {
  const whole = typeof value === 'number' && Number.isInteger(value);
  if (!whole || value < 1 || value > LONGEST_TIMEOUT_MS)
    throw new Unfit(`must be a whole number of milliseconds from 1 to ${LONGEST_TIMEOUT_MS}`);
  return value;
}

/** As it is compared: in lower case, IPv6 in brackets. */
export function readGateHost(value: unknown): string {
  const host = readHost(readText(value), '').toLowerCase();
  return isIP(host) === 6 ? new URL(`http://[${host}]`).hostname : host;
}

export function readServerName(value: unknown): string {
  const name = readHost(readText(value), '');
  if (isIP(name) !== 0) throw new Unfit('must be a host name; leave it out for an address');
  return name;
}

export function readHostHeader(value: unknown): string {
  const text = readText(value);
  if (!/^(?:[0-9A-Za-z._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(text))
    throw new Unfit('must be a host name or address, with a port if need be');
  return text;
}

/** The path that requests for an upstream begin with; `/` is every path and comes back empty. */
export function readPlace(value: unknown, readTarget: TargetReader): string {
  const text = readText(value);
  if (text === '/') return '';
  const target = readTarget(text, undefined);
  if (!/^(?:\/[0-9A-Za-z._~-]+)+$/.test(text) || (!target.ok && target.reason !== 'reserved'))
    throw new Unfit('must be a plain path such as /api, without a slash at its end');
  refuseReserved(text, readTarget);
  return text;
}

function refuseReserved(path: string, readTarget: TargetReader): void {
  const target = readTarget(path, undefined);
  if (target.ok ? target.reserved : target.reason === 'reserved')
    throw new Unfit('belongs to Hallpass itself, with rules of its own; leave it out');
}

/** A pattern as the gate compiles it. */
export function readPattern(value: unknown, readTarget: TargetReader): string {
  const text = readText(value);
  const segments = text.split('/');
  if (segments.some((segment, i) => segment === '**' && i < segments.length - 1))
    throw new Unfit('may have ** at its end alone');
  if (segments.some((segment) => segment.includes('*') && segment !== '*' && segment !== '**'))
    throw new Unfit('may have * and ** in place of whole segments alone');
  const plain = segments.map((segment) => segment.replace(/^\*+$/, 'x')).join('/');
  const target = readTarget(plain, undefined);
  if (!target.ok && target.reason !== 'reserved')
    throw new Unfit(
      'must begin with / and be spelled plainly: no dot segments, doubled or encoded slashes, backslashes; ' +
        'characters beyond ASCII percent-encoded',
    );
  if (target.ok && target.query !== '') throw new Unfit('is matched against the path alone; leave ?… out');
  refuseReserved(plain, readTarget);
  return text;
}

export function readMethods(value: unknown): readonly string[] {
  if (!Array.isArray(value) || value.length === 0)
    throw new Unfit('must be a list of methods, such as ["GET", "POST"]; leave it out for all');
  for (const method of value) {
    if (NO_METHOD.includes(String(method))) throw new Unfit('TRACE and CONNECT never pass; leave them out');
    if (METHODS.includes(String(method))) continue;
    const meant = nearest(String(method).toUpperCase(), METHODS);
    throw new Unfit(
      `must be methods in capital letters${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    );
  }
  return value.map(String);
}

export function readAccess(value: unknown): (typeof RULE_ACCESS)[number] {
  return oneOf(...RULE_ACCESS)(String(value), '');
}

/** The certificates in a file's text. */
export function readCertificates(text: string): readonly string[] {
  const certificates = text.match(CERTIFICATE) ?? [];
  try {
    for (const certificate of certificates) new X509Certificate(certificate);
  } catch {
    throw new Unfit('the file holds a certificate that cannot be read');
  }
  if (certificates.length === 0) throw new Unfit('the file holds no certificate in PEM');
  return certificates;
}

import { jsonFlaw } from '@hallpass/core/json-flaw';
import { type TargetReader, targetReader } from '@hallpass/core/target';
import { ConfigError } from '../config-error.ts';
import { type ReadFile, reasonOf, tryFile } from '../files.ts';
import { readPath, readUpstream, Unfit, type Upstream } from '../values.ts';
import { Fields } from './fields.ts';
import { type GatePlan, type GateRule, type GateUpstream, USUAL } from './plan.ts';
import {
  readAccess,
  readCertificates,
  readFlag,
  readGateHost,
  readHostHeader,
  readMethods,
  readPattern,
  readPlace,
  readServerName,
  readText,
  readTimeout,
} from './values.ts';

export const UPSTREAM_FIELDS = [
  ...['host', 'path', 'to', 'strip_path', 'host_header', 'ca_file', 'server_name'],
  ...['connect_timeout', 'response_timeout', 'cut_streams'],
];
const RULE_FIELDS = ['host', 'methods', 'path', 'access'];
const NOWHERE: Upstream = { origin: '', prefix: '', socketPath: null };

export interface GateFile {
  /** Absolute. */
  readonly path: string;
  /** Where relative paths in the file start. */
  readonly cwd: string;
  readonly readFile: ReadFile;
  /** The reserved prefix: no rule and no upstream can be for what lies under it. */
  readonly prefix: string;
}

/** Reads the gate's file. Throws a `ConfigError` with everything that is wrong in it. */
export function readGateFile(file: GateFile): GatePlan {
  const problems: string[] = [];
  const plan = new Reading(file, problems).plan();
  if (problems.length > 0) throw new ConfigError(problems.map((problem) => `${file.path}: ${problem}`));
  return plan;
}

class Reading {
  readonly #file: GateFile;
  readonly #problems: string[];
  readonly #readTarget: TargetReader;

  constructor(file: GateFile, problems: string[]) {
    this.#file = file;
    this.#problems = problems;
    this.#readTarget = targetReader(file.prefix);
  }

  plan(): GatePlan {
    const fields = new Fields(this.#content(), ['upstreams', 'rules'], '', this.#problems);
    const upstreams = fields.list('upstreams', (value, place) => this.#upstream(value, place));
    const rules = fields.list('rules', (value, place) => this.#rule(value, place));
    if (this.#problems.length > 0) return { upstreams, rules };
    if (upstreams.length === 0)
      fields.refuse('upstreams', 'give at least one, such as [{"to": "http://127.0.0.1:8080"}]');
    this.#refuseTwins(upstreams);
    this.#refuseForeignHosts(rules, upstreams);
    return { upstreams, rules };
  }

  #content(): unknown {
    const content = tryFile(this.#file.readFile, this.#file.path);
    if (typeof content === 'string') throw new ConfigError([`${this.#file.path}: ${reasonOf(content)}`]);
    const value = parsed(content.text);
    if (value === undefined) throw new ConfigError([`${this.#file.path}: is not valid JSON`]);
    if (jsonFlaw(content.text) === undefined) return value;
    throw new ConfigError([`${this.#file.path}: holds a name twice in one object; keep one of the two`]);
  }

  #upstream(value: unknown, place: string): GateUpstream {
    const fields = new Fields(value, UPSTREAM_FIELDS, place, this.#problems);
    const { cwd } = this.#file;
    const to = fields.require('to', (text) => readUpstream(readText(text), cwd), NOWHERE);
    const upstream: GateUpstream = {
      ...to,
      host: fields.take('host', readGateHost, USUAL.host),
      path: fields.take('path', (path) => readPlace(path, this.#readTarget), USUAL.path),
      stripPath: fields.take('strip_path', readFlag, USUAL.stripPath),
      hostHeader: fields.take('host_header', readHostHeader, USUAL.hostHeader),
      ca: fields.take('ca_file', (path) => this.#certificates(path), USUAL.ca),
      serverName: fields.take('server_name', readServerName, USUAL.serverName),
      connectTimeoutMs: fields.take('connect_timeout', readTimeout, USUAL.connectTimeoutMs),
      answerTimeoutMs: fields.take('response_timeout', readTimeout, USUAL.answerTimeoutMs),
      cutStreams: fields.take('cut_streams', readFlag, USUAL.cutStreams),
    };
    for (const name of ['ca_file', 'server_name'])
      if (fields.has(name) && to !== NOWHERE && !to.origin.startsWith('https:'))
        fields.refuse(name, 'is for an upstream with https://; leave it out');
    if (upstream.stripPath && upstream.path === '') fields.refuse('strip_path', 'is nothing without a path');
    return upstream;
  }

  #certificates(path: unknown): readonly string[] {
    const content = tryFile(this.#file.readFile, readPath(readText(path), this.#file.cwd));
    if (typeof content === 'string') throw new Unfit(reasonOf(content));
    return readCertificates(content.text);
  }

  #rule(value: unknown, place: string): GateRule {
    const fields = new Fields(value, RULE_FIELDS, place, this.#problems);
    return {
      host: fields.take('host', readGateHost, null),
      methods: fields.take('methods', readMethods, null),
      path: fields.require('path', (path) => readPattern(path, this.#readTarget), '/'),
      access: fields.require('access', readAccess, 'write'),
    };
  }

  #refuseTwins(upstreams: readonly GateUpstream[]): void {
    upstreams.forEach(({ host, path }, i) => {
      const twin = upstreams.findIndex((other) => other.host === host && other.path === path);
      if (twin < i)
        this.#problems.push(`upstreams[${i}]: takes the same requests as upstreams[${twin}]; remove one`);
    });
  }

  /** Else a request with another Host could reach the same service past the rule. */
  #refuseForeignHosts(rules: readonly GateRule[], upstreams: readonly GateUpstream[]): void {
    rules.forEach(({ host }, i) => {
      if (host === null || upstreams.some((upstream) => upstream.host === host)) return;
      this.#problems.push(
        `rules[${i}].host: no upstream is for this host, so another Host would get past the rule; ` +
          'give an upstream this host, or leave it out here',
      );
    });
  }
}

/** undefined for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

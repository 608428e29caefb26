import { jsonFlaw } from '@hallpass/core/json-flaw';
import { unknown } from './nearest.ts';
import { flagOf, givenBy, type JsonForm, nameOf, SETTING_KEYS, SETTINGS, variableOf } from './settings.ts';

/** A setting's text and where it stands. `label` says so in errors and is what `hallpass config` prints. */
export interface Given {
  readonly text: string;
  readonly label: string;
}

/** What one place gives: by setting key, or by setting key and `File`. */
export type Level = ReadonlyMap<string, Given>;

/** As commander hands them over: by camel-case name, `true` for a flag without its value. */
export type Flags = Readonly<Record<string, unknown>>;
export type Environment = Readonly<Record<string, string | undefined>>;

export const CONFIG_VARIABLE = 'HALLPASS_CONFIG';

/** What the verbs that talk to a server go by; a server started beside them lets them be. */
export const CLIENT_VARIABLES = ['HALLPASS_URL', 'HALLPASS_KEY', 'HALLPASS_KEY_FILE'] as const;

const OTHER_VARIABLES: readonly string[] = [CONFIG_VARIABLE, ...CLIENT_VARIABLES];

const GIVEN_KEYS = SETTING_KEYS.flatMap(givenBy);

export function levelOfFlags(flags: Flags): Level {
  const level = new Map<string, Given>();
  for (const key of GIVEN_KEYS) {
    const value = flags[key];
    if (value !== undefined) level.set(key, { text: String(value), label: flagOf(key) });
  }
  return level;
}

/** Kubernetes describes every service to every container: one named `hallpass` yields such variables. */
function isServiceLink(name: string, value: string): boolean {
  return (
    /_SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)$/.test(name) ||
    /_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/.test(name) ||
    (name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(value))
  );
}

export function levelOfEnvironment(environment: Environment, problems: string[]): Level {
  const level = new Map<string, Given>();
  const keys = new Map(GIVEN_KEYS.map((key) => [variableOf(key), key]));
  for (const [name, text] of Object.entries(environment)) {
    if (text === undefined || !name.startsWith('HALLPASS_') || OTHER_VARIABLES.includes(name)) continue;
    if (isServiceLink(name, text)) continue;
    const key = keys.get(name);
    if (key === undefined) problems.push(`${name}: ${unknown(name, [...keys.keys(), ...OTHER_VARIABLES])}`);
    else level.set(key, { text, label: name });
  }
  for (const key of SETTING_KEYS) {
    const { alias } = SETTINGS[key];
    const text = alias === undefined ? undefined : environment[alias];
    if (alias !== undefined && text !== undefined && !level.has(key)) level.set(key, { text, label: alias });
  }
  return level;
}

const FORMS: Readonly<Record<JsonForm, string>> = {
  number: 'a number',
  boolean: 'true or false',
  list: 'a list of texts',
};

function textOf(value: unknown, form: JsonForm | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (form === 'list' && Array.isArray(value) && value.every((member) => typeof member === 'string'))
    return value.join(',');
  return typeof value === form ? String(value) : undefined;
}

/** `file` is the name it goes by in errors; `content` is its text. */
export function levelOfFile(file: string, content: string, problems: string[]): Level {
  const level = new Map<string, Given>();
  const known = new Map(
    SETTING_KEYS.flatMap((setting) =>
      givenBy(setting).map((key) => [nameOf(key), { key, form: SETTINGS[setting].json }]),
    ),
  );
  for (const [name, value] of Object.entries(parseObject(file, content, problems))) {
    const label = `${file}: ${name}`;
    const found = known.get(name);
    const text = textOf(value, found?.form);
    if (found === undefined) problems.push(`${label}: ${unknown(name, known.keys())}`);
    else if (text === undefined)
      problems.push(`${label}: must be ${found.form ? FORMS[found.form] : 'text'}`);
    else level.set(found.key, { text, label });
  }
  return level;
}

function parseObject(file: string, content: string, problems: string[]): object {
  try {
    const value: unknown = JSON.parse(content);
    if (jsonFlaw(content) === 'duplicate')
      problems.push(`${file}: holds a name twice in one object; keep one of the two`);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
    problems.push(`${file}: must be one JSON object`);
  } catch {
    // The parser's own message quotes the text, and a secret may stand there.
    problems.push(`${file}: is not valid JSON`);
  }
  return {};
}

import { resolve } from 'node:path';
import { ConfigError } from './config-error.ts';
import { type FileContent, type ReadFile, reasonOf, tryFile } from './files.ts';
import { readGateFile } from './gate/read.ts';
import { shownPlan } from './gate/shown.ts';
import {
  CONFIG_VARIABLE,
  type Environment,
  type Flags,
  type Given,
  type Level,
  levelOfEnvironment,
  levelOfFile,
  levelOfFlags,
} from './levels.ts';
import { type Config, nameOf, SETTING_KEYS, SETTINGS, type Setting, type SettingKey } from './settings.ts';
import { Unfit } from './values.ts';

const CONFIG_FILE = 'hallpass.json';
const DEFAULT = 'default';

export interface ConfigInput {
  readonly flags: Flags;
  readonly env: Environment;
  readonly cwd: string;
  readonly readFile: ReadFile;
}

export interface EffectiveSetting {
  readonly name: string;
  /** Masked for a secret; null when not set. */
  readonly value: string | null;
  /** `--port`, `HALLPASS_PORT`, `hallpass.json: port` or `default`. */
  readonly source: string;
}

export interface ConfigReading {
  readonly config: Config;
  readonly effective: readonly EffectiveSetting[];
  readonly warnings: readonly string[];
}

/** Brings all settings together: flag before environment before file before default. Throws `ConfigError`. */
export function readConfig(input: ConfigInput): ConfigReading {
  const reading = new Reading(input);
  return reading.finish();
}

type Draft = { -readonly [K in SettingKey]?: Config[K] };

class Reading {
  readonly #input: ConfigInput;
  readonly #problems: string[] = [];
  readonly #warnings: string[] = [];
  readonly #effective: EffectiveSetting[] = [];
  readonly #draft: Draft = {};

  constructor(input: ConfigInput) {
    this.#input = input;
  }

  finish(): ConfigReading {
    const { flags, env } = this.#input;
    const levels = [levelOfFlags(flags), levelOfEnvironment(env, this.#problems), this.#levelOfFile()];
    for (const key of SETTING_KEYS) this.#settle(key, levels);
    this.#judgeTogether();
    this.#judgeGate();
    if (this.#problems.length > 0) throw new ConfigError(this.#problems);
    return {
      // No problem means that every key was settled.
      config: Object.freeze(this.#draft) as Config,
      effective: this.#effective,
      warnings: this.#warnings,
    };
  }

  #levelOfFile(): Level {
    const named = this.#input.flags['config'] ?? this.#input.env[CONFIG_VARIABLE];
    const file = named === undefined ? CONFIG_FILE : String(named);
    const content = this.#read(file);
    if (typeof content === 'string') {
      if (content !== 'ENOENT' || named !== undefined) this.#problems.push(`${file}: ${reasonOf(content)}`);
      return new Map();
    }
    const level = levelOfFile(file, content.text, this.#problems);
    if (SETTING_KEYS.some((key) => SETTINGS[key].secret && level.has(key))) this.#warnIfOpen(file, content);
    return level;
  }

  #read(path: string): FileContent | string {
    return tryFile(this.#input.readFile, resolve(this.#input.cwd, path));
  }

  #warnIfOpen(label: string, { mode }: FileContent): void {
    if ((mode & 0o044) !== 0)
      this.#warnings.push(`${label}: the file can be read by other users; chmod 600 it`);
  }

  #settle<K extends SettingKey>(key: K, levels: readonly Level[]): void {
    const level = levels.find((one) => one.has(key) || one.has(`${key}File`));
    const value = level?.get(key);
    const file = level?.get(`${key}File`);
    if (value && file) this.#problems.push(`${value.label} and ${file.label}: give one of them, not both`);
    else if (value) this.#put(key, value);
    else if (file) this.#putFile(key, file);
    else this.#putDefault(key);
  }

  #putFile(key: SettingKey, { text: path, label }: Given): void {
    const content = this.#read(path);
    // The path is not repeated: it may be the secret itself, given to the wrong setting.
    if (typeof content === 'string') this.#problems.push(`${label}: ${reasonOf(content)}`);
    else {
      this.#warnIfOpen(label, content);
      this.#put(key, { text: content.text.replace(/\r?\n$/, ''), label });
    }
  }

  #putDefault<K extends SettingKey>(key: K): void {
    const text: string | null = SETTINGS[key].default;
    if (text !== null)
      this.#put(key, { text: text.replace('<data>', () => this.#draft.data ?? '.'), label: DEFAULT });
    else {
      this.#draft[key] = null as Config[K];
      this.#effective.push({ name: nameOf(key), value: null, source: DEFAULT });
    }
  }

  #put<K extends SettingKey>(key: K, { text, label }: Given): void {
    const setting: Setting<Config[K]> = SETTINGS[key];
    try {
      if (text === '' && setting.default !== '') throw new Unfit('is empty; give it a value or leave it out');
      const value = setting.parse(text, this.#input.cwd);
      const shown = setting.secret ? '********' : (setting.show?.(value) ?? String(value));
      this.#draft[key] = value;
      this.#effective.push({ name: nameOf(key), value: shown, source: label });
    } catch (error) {
      if (!(error instanceof Unfit)) throw error;
      this.#problems.push(`${label === DEFAULT ? nameOf(key) : label}: ${error.message}`);
    }
  }

  /** The file is read once more at the start, and then whenever it changes; a mistake in it is one in the settings. */
  #judgeGate(): void {
    const { gateFile, upstream, prefix } = this.#draft;
    // A prefix that is undefined was told as a mistake already.
    if (typeof gateFile !== 'string' || prefix === undefined) return;
    if (upstream !== null)
      this.#problems.push(
        'upstream and gate_file: give one of them; the file holds the upstream as {"upstreams": [{"to": "…"}]}',
      );
    try {
      const { cwd, readFile } = this.#input;
      const plan = readGateFile({ path: gateFile, cwd, readFile, prefix: `${prefix}/` });
      for (const line of shownPlan(plan)) this.#effective.push({ ...line, source: gateFile });
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.#problems.push(...error.problems);
    }
  }

  #judgeTogether(): void {
    const { tlsCert, tlsKey, socket } = this.#draft;
    // Undefined is one that was told as a mistake already.
    if ((tlsCert === null && typeof tlsKey === 'string') || (tlsKey === null && typeof tlsCert === 'string'))
      this.#problems.push('tls_cert and tls_key: give both, or neither');
    const unused = this.#effective.filter(
      ({ name, source }) => (name === 'host' || name === 'port') && source !== DEFAULT,
    );
    if (typeof socket === 'string')
      for (const { source } of unused) this.#warnings.push(`${source}: not used, because socket is set`);
  }
}

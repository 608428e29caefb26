import { type DestinationStream, pino } from 'pino';
import type { LogLevel } from './config/settings.ts';
import { LogOutput } from './log-output.ts';

/**
 * All a log line may carry beside its text: what is not listed here is not logged, whoever passes it. No
 * headers, no bodies, no names of tokens; `path` loses its query.
 */
export interface LogFields {
  readonly request_id?: string;
  readonly method?: string;
  readonly path?: string;
  readonly status?: number;
  readonly duration_ms?: number;
  /** A code of `core/errors.ts`, an exit code or a system's error code. */
  readonly code?: string | number;
  /** Why a check was refused (`core/verdict.ts`). */
  readonly reason?: string;
  readonly operator_id?: string;
  readonly token_id?: string;
  readonly client?: string;
  readonly address?: string;
  readonly file?: string;
  readonly signal?: string;
  readonly revision?: number;
  readonly count?: number;
  readonly err?: unknown;
}

/** Pino fulfils this; the rooms below know nothing else of it. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  fatal(fields: LogFields, message: string): void;
}

const LISTED: Readonly<Record<keyof LogFields, true>> = {
  request_id: true,
  method: true,
  path: true,
  status: true,
  duration_ms: true,
  code: true,
  reason: true,
  operator_id: true,
  token_id: true,
  client: true,
  address: true,
  file: true,
  signal: true,
  revision: true,
  count: true,
  err: true,
};

const DEEPEST_CAUSE = 4;

/** An error without its own fields: libraries keep requests and headers there. */
function describe(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const cause =
    error.cause === undefined || depth === DEEPEST_CAUSE ? {} : { cause: describe(error.cause, depth + 1) };
  return { type: error.name, message: error.message, ...code, stack: error.stack, ...cause };
}

function keepListed(fields: Record<string, unknown>): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    if (!Object.hasOwn(LISTED, key)) continue;
    if (key === 'err') kept[key] = describe(value);
    else if (key === 'path') kept[key] = String(value).replace(/[?#].*$/s, '');
    else kept[key] = value;
  }
  return kept;
}

/** One JSON object a line, on standard output unless told otherwise. Times are milliseconds. */
export function createLogger(level: LogLevel, destination: DestinationStream = new LogOutput()): Logger {
  const options = {
    level,
    base: null,
    formatters: { level: (label: string) => ({ level: label }), log: keepListed },
    serializers: { err: (kept: unknown) => kept },
  };
  return pino(options, destination);
}

import type { ErrorCode } from '@hallpass/core/errors';
import { ProblemError, UnreachableError } from '@hallpass/sdk/problem-error';
import { StartError, type StartFault } from '../start-error.ts';
import { StoreError, type StoreFault } from '../store/store.ts';
import { Fault } from './fault.ts';

/** Every exit code of `hallpass`. Scripts rely on them: a number never changes its meaning. */
export const EXIT = {
  done: { code: 0, meaning: 'Done.' },
  unexpected: { code: 1, meaning: 'Something unexpected went wrong; `doctor`: there are faults.' },
  usage: { code: 2, meaning: 'The command line or a setting is wrong.' },
  not_found: { code: 3, meaning: 'There is no such thing.' },
  not_allowed: { code: 4, meaning: 'The operator key is missing, unknown, or does not allow this.' },
  conflict: { code: 5, meaning: 'The name is taken, the record has moved on, or a file is in the way.' },
  unreachable: { code: 6, meaning: 'The server cannot be reached, is not ready, or is of another version.' },
  limited: { code: 7, meaning: 'Too many requests; try again later.' },
  token_not_valid: { code: 10, meaning: 'The token is not valid.' },
  database_unusable: {
    code: 20,
    meaning: 'The database, or a backup, is missing, damaged, or not a database.',
  },
  database_in_use: { code: 21, meaning: 'Another server uses the database.' },
  database_newer: { code: 22, meaning: 'The database, or a backup, was written by a newer version.' },
  data_unavailable: { code: 23, meaning: 'A folder or its disk cannot be used.' },
  cannot_listen: {
    code: 24,
    meaning: '`serve`: the address is taken or not allowed, or the certificate cannot be used.',
  },
  wrong_secret_key: {
    code: 25,
    meaning: '`serve`: the secret key is not the one the database was made with.',
  },
  interrupted: { code: 130, meaning: 'Interrupted by Ctrl-C, or a question was answered with no.' },
  terminated: { code: 143, meaning: 'Ended at once by SIGTERM; `serve`: by a second one.' },
} as const satisfies Record<string, { code: number; meaning: string }>;

export type ExitName = keyof typeof EXIT;

const OF_STORE_FAULT: Readonly<Record<StoreFault, ExitName>> = {
  missing: 'database_unusable',
  damaged: 'database_unusable',
  not_a_database: 'database_unusable',
  in_use: 'database_in_use',
  newer_schema: 'database_newer',
  unavailable: 'data_unavailable',
};

const OF_START_FAULT: Readonly<Record<StartFault, ExitName>> = {
  cannot_listen: 'cannot_listen',
  data_unavailable: 'data_unavailable',
  wrong_secret_key: 'wrong_secret_key',
};

const OF_PROBLEM: Readonly<Record<ErrorCode, ExitName>> = {
  invalid_request: 'usage',
  invalid_json: 'usage',
  invalid_input: 'usage',
  ambiguous_target: 'usage',
  unsupported_upgrade: 'unexpected',
  missing_credential: 'not_allowed',
  invalid_token: 'not_allowed',
  insufficient_scope: 'not_allowed',
  path_not_found: 'unreachable',
  token_not_found: 'not_found',
  operator_not_found: 'not_found',
  method_not_allowed: 'unreachable',
  request_timeout: 'unreachable',
  name_taken: 'conflict',
  too_many_values: 'conflict',
  value_not_held: 'conflict',
  last_owner: 'conflict',
  conflict: 'conflict',
  revision_mismatch: 'conflict',
  body_too_large: 'usage',
  unsupported_encoding: 'unexpected',
  unsupported_media_type: 'unexpected',
  feed_version: 'unexpected',
  expectation_failed: 'unexpected',
  idempotency_key_reused: 'conflict',
  rate_limited: 'limited',
  headers_too_large: 'usage',
  internal: 'unexpected',
  upstream_unreachable: 'unreachable',
  not_ready: 'unreachable',
  feed_full: 'unreachable',
  storage_unavailable: 'unreachable',
  secret_key_missing: 'unreachable',
  upstream_timeout: 'unreachable',
};

/** What the status of an answer says, where its code is of a newer version than this one. */
const OF_STATUS: Readonly<Record<number, ExitName>> = {
  400: 'usage',
  401: 'not_allowed',
  403: 'not_allowed',
  404: 'not_found',
  409: 'conflict',
  412: 'conflict',
  429: 'limited',
  502: 'unreachable',
  503: 'unreachable',
  504: 'unreachable',
};

function exitOfProblem({ code, status }: ProblemError): ExitName {
  return (Object.hasOwn(OF_PROBLEM, code) ? OF_PROBLEM[code] : OF_STATUS[status]) ?? 'unexpected';
}

/** The code that an error ends the process with. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Fault) return EXIT[error.exit].code;
  if (error instanceof ProblemError) return EXIT[exitOfProblem(error)].code;
  if (error instanceof UnreachableError) return EXIT.unreachable.code;
  if (error instanceof StoreError) return EXIT[OF_STORE_FAULT[error.fault]].code;
  if (error instanceof StartError) return EXIT[OF_START_FAULT[error.fault]].code;
  return EXIT.unexpected.code;
}

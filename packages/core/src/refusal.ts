import type { ErrorCode } from './errors.ts';
import { type Answer, BEARER, complete, type Form, formOf, MALFORMED_CHALLENGE } from './problem.ts';
import { DENY_REASONS, type DenyReason } from './verdict.ts';

const METHODS = 'GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE';

const INVALID_TOKEN = {
  code: 'invalid_token',
  detail: 'This token is not valid here. Use a token that is active and has not expired.',
} as const;

const REFUSALS: {
  readonly [R in DenyReason]: {
    readonly code: ErrorCode;
    readonly detail: string;
    readonly challenge?: string;
    readonly headers?: readonly string[];
  };
} = {
  absent: {
    code: 'missing_credential',
    detail: 'Send a token in the Authorization header: Authorization: Bearer hp_…',
  },
  malformed: {
    code: 'invalid_request',
    detail: 'Send exactly one Authorization header: the word Bearer, a space, and the token.',
    challenge: MALFORMED_CHALLENGE,
  },
  unknown: INVALID_TOKEN,
  checksum: INVALID_TOKEN,
  inactive: INVALID_TOKEN,
  expired: INVALID_TOKEN,
  read_only: {
    code: 'insufficient_scope',
    detail: 'This token may only read. Use a token that may write.',
    challenge: `${BEARER}, error="insufficient_scope", scope="write"`,
  },
  method: {
    code: 'method_not_allowed',
    detail: 'TRACE and CONNECT are refused. Use another method.',
    headers: ['Allow', METHODS],
  },
  not_ready: { code: 'not_ready', detail: 'The server is still loading its tokens. Try again shortly.' },
  stale: {
    code: 'not_ready',
    detail: 'What is known of the tokens here is too old to decide by. Try again shortly.',
  },
  fault: { code: 'not_ready', detail: 'The token could not be checked. Try again shortly.' },
};

const FORMS = Object.fromEntries(
  DENY_REASONS.map((reason) => {
    const { code, detail, challenge, headers } = REFUSALS[reason];
    return [reason, formOf(code, detail, { challenge, ...(headers ? { headers } : {}) })];
  }),
) as { readonly [R in DenyReason]: Form };

/** The answer to a refused request. `requestId` is one that needs no escape. */
export function refusal(reason: DenyReason, requestId: string): Answer {
  return complete(FORMS[reason], requestId);
}

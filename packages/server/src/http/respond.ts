import type { ServerResponse } from 'node:http';
import { ERRORS, type ErrorCode, type FieldError } from '@hallpass/core/errors';
import { DENY_REASONS, type DenyReason } from '@hallpass/core/verdict';

/** A whole answer: status, headers as one flat array (name, value, …), body. */
export interface Answer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
}

/** An answer but for the request id, which is the last thing in its headers and its body. */
interface Form {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
}

export interface ProblemOptions {
  readonly errors?: readonly FieldError[];
  /** More headers, flat. */
  readonly headers?: readonly string[];
  /** What `WWW-Authenticate` says, where the code alone does not settle it. */
  readonly challenge?: string | undefined;
}

const BEARER = 'Bearer realm="hallpass"';
/** RFC 6750 §3.1, for a credential that cannot be read. */
export const MALFORMED_CHALLENGE = `${BEARER}, error="invalid_request"`;
const RETRY_AFTER_SECONDS = '5';
const METHODS = 'GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE';

const CHALLENGES: { readonly [C in ErrorCode]?: string } = {
  missing_credential: BEARER,
  invalid_token: `${BEARER}, error="invalid_token"`,
  insufficient_scope: `${BEARER}, error="insufficient_scope"`,
};

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
  fault: { code: 'not_ready', detail: 'The token could not be checked. Try again shortly.' },
};

function formOf(code: ErrorCode, detail: string, options: ProblemOptions): Form {
  const { status, title } = ERRORS[code];
  const challenge = options.challenge ?? CHALLENGES[code];
  const headers = ['Content-Type', 'application/problem+json', 'Cache-Control', 'no-store'];
  if (challenge !== undefined) headers.push('WWW-Authenticate', challenge);
  if (status === 429 || status === 503) headers.push('Retry-After', RETRY_AFTER_SECONDS);
  if (options.headers) headers.push(...options.headers);
  const problem = {
    type: `urn:hallpass:error:${code}`,
    title,
    status,
    detail,
    code,
    ...(options.errors && options.errors.length > 0 ? { errors: options.errors } : {}),
  };
  return { status, headers, body: `${JSON.stringify(problem).slice(0, -1)},"request_id":"` };
}

function complete(form: Form, requestId: string): Answer {
  const body = `${form.body}${requestId}"}`;
  return {
    status: form.status,
    headers: [...form.headers, 'X-Request-Id', requestId, 'Content-Length', String(Buffer.byteLength(body))],
    body,
  };
}

const FORMS = Object.fromEntries(
  DENY_REASONS.map((reason) => {
    const { code, detail, challenge, headers } = REFUSALS[reason];
    return [reason, formOf(code, detail, { challenge, ...(headers ? { headers } : {}) })];
  }),
) as { readonly [R in DenyReason]: Form };

/** The answer to a refused request. `requestId` is one that `readRequest` took or made. */
export function refusal(reason: DenyReason, requestId: string): Answer {
  return complete(FORMS[reason], requestId);
}

/** A problem document (RFC 9457) for any other error. `detail` says what to do and repeats no input. */
export function problem(
  code: ErrorCode,
  detail: string,
  requestId: string,
  options: ProblemOptions = {},
): Answer {
  return complete(formOf(code, detail, options), requestId);
}

/** Sends a whole answer. The body stays away from HEAD. */
export function send(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, answer.headers as string[]);
  response.end(answer.body);
}

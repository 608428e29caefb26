import { ERRORS, type ErrorCode, type FieldError } from './errors.ts';

/** A whole answer: status, headers as one flat array (name, value, …), body. */
export interface Answer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
}

/** An answer but for the request id, which is the last thing in its headers and its body. */
export interface Form {
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

export const BEARER = 'Bearer realm="hallpass"';
/** RFC 6750 §3.1, for a credential that cannot be read. */
export const MALFORMED_CHALLENGE = `${BEARER}, error="invalid_request"`;
const RETRY_AFTER_SECONDS = '5';

const CHALLENGES: { readonly [C in ErrorCode]?: string } = {
  missing_credential: BEARER,
  invalid_token: `${BEARER}, error="invalid_token"`,
  insufficient_scope: `${BEARER}, error="insufficient_scope"`,
};

/** The part of an answer that can be made beforehand. */
export function formOf(code: ErrorCode, detail: string, options: ProblemOptions): Form {
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

/** `requestId` is one that needs no escape. */
export function complete(form: Form, requestId: string): Answer {
  const body = `${form.body}${requestId}"}`;
  return {
    status: form.status,
    headers: [...form.headers, 'X-Request-Id', requestId, 'Content-Length', String(Buffer.byteLength(body))],
    body,
  };
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

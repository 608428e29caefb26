import { ERRORS, type ErrorCode, type FieldError } from '@hallpass/core/errors';
import type { Problem } from '@hallpass/core/wire';

/** The body of every error answer (RFC 9457). */
export function problemOf(
  code: ErrorCode,
  detail: string,
  requestId: string,
  errors: readonly FieldError[] = [],
): Problem {
  const { status, title } = ERRORS[code];
  return {
    type: `urn:hallpass:error:${code}`,
    title,
    status,
    detail,
    code,
    request_id: requestId,
    ...(errors.length > 0 ? { errors } : {}),
  };
}

const CHALLENGES: Partial<Record<ErrorCode, string>> = {
  missing_credential: 'Bearer realm="hallpass"',
  invalid_request: 'Bearer realm="hallpass", error="invalid_request"',
  invalid_token: 'Bearer realm="hallpass", error="invalid_token"',
  insufficient_scope: 'Bearer realm="hallpass", error="insufficient_scope"',
};

const RETRY_SECONDS = '2';

/** The headers that belong to an error whatever the door: the challenge (RFC 6750 §3) and when to come back. */
export function problemHeaders(code: ErrorCode): Record<string, string> {
  const challenge = CHALLENGES[code];
  const { status } = ERRORS[code];
  return {
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
    ...(challenge ? { 'WWW-Authenticate': challenge } : {}),
    ...(status === 429 || status === 503 ? { 'Retry-After': RETRY_SECONDS } : {}),
  };
}

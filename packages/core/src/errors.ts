/** Every error Hallpass can answer with: the closed list behind `code` in a problem document (RFC 9457). */
export const ERRORS = {
  invalid_request: { status: 400, title: 'The request is malformed' },
  invalid_json: { status: 400, title: 'The body is not valid JSON' },
  invalid_input: { status: 400, title: 'The input is not acceptable' },
  ambiguous_target: { status: 400, title: 'The request target is ambiguous' },
  unsupported_upgrade: { status: 400, title: 'The requested upgrade is not supported' },
  missing_credential: { status: 401, title: 'A credential is required' },
  invalid_token: { status: 401, title: 'The credential is not valid' },
  insufficient_scope: { status: 403, title: 'The credential does not allow this' },
  path_not_found: { status: 404, title: 'There is nothing at this path' },
  token_not_found: { status: 404, title: 'No token has this name' },
  operator_not_found: { status: 404, title: 'No operator has this name' },
  method_not_allowed: { status: 405, title: 'The method is not allowed here' },
  feed_version: { status: 406, title: 'This version of the feed is not spoken here' },
  request_timeout: { status: 408, title: 'The request took too long to arrive' },
  name_taken: { status: 409, title: 'The name is taken' },
  value_not_held: { status: 409, title: 'The value is not held' },
  too_many_values: { status: 409, title: 'The token has too many values' },
  last_owner: { status: 409, title: 'The last active owner must stay' },
  conflict: { status: 409, title: 'The record kept changing' },
  revision_mismatch: { status: 412, title: 'The record has moved on' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_encoding: { status: 415, title: 'The content encoding is not supported' },
  unsupported_media_type: { status: 415, title: 'The media type is not supported here' },
  expectation_failed: { status: 417, title: 'The expectation cannot be met' },
  idempotency_key_reused: { status: 422, title: 'The idempotency key belongs to another request' },
  rate_limited: { status: 429, title: 'Too many requests' },
  headers_too_large: { status: 431, title: 'The header section is too large' },
  internal: { status: 500, title: 'Something went wrong' },
  upstream_unreachable: { status: 502, title: 'The service behind the gate cannot be reached' },
  not_ready: { status: 503, title: 'The server is not ready' },
  feed_full: { status: 503, title: 'No more replicas can connect' },
  storage_unavailable: { status: 503, title: 'The change could not be stored' },
  secret_key_missing: { status: 503, title: 'The secret key is missing' },
  upstream_timeout: { status: 504, title: 'The service behind the gate did not answer in time' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** One refused field of an input. `field` is `body` or `query` when the input as a whole is meant. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/**
 * An error that is meant for the caller. `message` becomes `detail`: it says what to do and never repeats
 * what was sent. Anything else that is thrown is answered as `internal`, with its text kept to the log.
 */
export class HallpassError extends Error {
  override readonly name = 'HallpassError';
  readonly code: ErrorCode;
  readonly errors: readonly FieldError[];

  constructor(
    code: ErrorCode,
    message: string,
    options: { errors?: readonly FieldError[]; cause?: unknown } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.errors = options.errors ?? [];
  }

  get status(): number {
    return ERRORS[this.code].status;
  }
}

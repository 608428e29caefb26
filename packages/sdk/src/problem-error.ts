import type { ErrorCode, FieldError } from '@hallpass/core/errors';
import type { Problem } from '@hallpass/core/wire';

/** The server answered, and its answer was no. `code` is one of the documented list; `message` says what to do. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly status: number;
  /** What went wrong. */
  readonly title: string;
  readonly code: ErrorCode;
  readonly errors: readonly FieldError[];
  readonly requestId: string;

  constructor(problem: Problem) {
    super(problem.detail);
    this.status = problem.status;
    this.title = problem.title;
    this.code = problem.code as ErrorCode;
    this.errors = problem.errors ?? [];
    this.requestId = problem.request_id;
  }
}

/** No answer of a Hallpass server came: nobody listens, it took too long, or somebody else answered. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

import type { ExitName } from './exit-codes.ts';

/** Ends a verb with an exit code. The message, if any, goes to standard error. */
export class ExitError extends Error {
  readonly exit: ExitName;

  constructor(exit: ExitName, message = '') {
    super(message);
    this.exit = exit;
  }
}

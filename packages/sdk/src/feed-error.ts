import type { Hindrance } from '@hallpass/core/replica-back-off';
import type { Trouble } from './guard.ts';

/** Why there is nothing to follow. `after`: what the server asked for, in milliseconds. */
export class FeedError extends Error {
  override readonly name = 'FeedError';
  readonly hindrance: Hindrance;
  readonly code: Trouble['code'];
  readonly after: number;

  constructor(
    hindrance: Hindrance,
    message: string,
    options: { code?: Trouble['code']; after?: number; cause?: unknown } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.hindrance = hindrance;
    this.code = options.code ?? hindrance;
    this.after = options.after ?? 0;
  }
}

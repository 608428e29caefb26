import type { OperatorState } from '@hallpass/core/change';

/** Who asks, and where the request came from. Always an argument, never ambient. */
export interface Caller {
  readonly operator: OperatorState;
  readonly address: string | null;
  readonly requestId: string;
}

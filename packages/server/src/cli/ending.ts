import { EXIT } from './exit-codes.ts';
import type { CliIo } from './io.ts';

export const ENDED_BY = { SIGTERM: EXIT.terminated.code, SIGINT: EXIT.interrupted.code } as const;

/** Ends a verb at once on SIGTERM or Ctrl-C, with nothing left that `tidy` takes away. */
export function endOnSignal(io: Pick<CliIo, 'exit'>, tidy: () => void = () => {}): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      tidy();
      io.exit(ENDED_BY[signal]);
    });
}

import type { Logger } from '../log.ts';
import type { Running } from '../running.ts';
import { ENDED_BY } from './ending.ts';
import { EXIT } from './exit-codes.ts';

/** Supervisors kill after 10 s; the log line must come before that. */
const STOP_LIMIT = 9_500;

export interface Lifetime {
  readonly start: () => Promise<Running>;
  readonly log: Logger;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
  /** How long stopping may take, in milliseconds. */
  readonly stopLimit?: number;
}

/**
 * Starts a server and resolves when it has stopped on SIGTERM or SIGINT. A second signal, a fault nobody
 * caught, or a stop beyond its limit ends the process at once. Rejects when the start does.
 */
export async function liveUntilStopped({
  start,
  log,
  exit,
  stopLimit = STOP_LIMIT,
}: Lifetime): Promise<void> {
  exitOnFault(log, exit);
  let running: Running | undefined;
  // Heard from the first moment: a process that is PID 1 has no default for signals, and SIGHUP's would end it.
  process.on('SIGHUP', () => {
    running?.reload().catch((err: unknown) => log.error({ err }, 'could not reload; all stays as it was'));
  });
  let limit: NodeJS.Timeout | undefined;
  const signalled = firstSignal((signal) => {
    log.info({ signal }, 'stopping');
    limit = setTimeout(() => {
      log.fatal({}, `could not stop within ${stopLimit} ms; ending`);
      exit(EXIT.unexpected.code);
    }, stopLimit);
  }, exit);
  running = await start();
  await signalled;
  await running.stop();
  clearTimeout(limit);
  log.info({}, 'stopped');
}

function exitOnFault(log: Logger, exit: (code: number) => void): void {
  for (const event of ['uncaughtException', 'unhandledRejection'])
    process.on(event, (err: unknown) => {
      log.fatal({ err }, 'a fault nobody caught; ending');
      exit(EXIT.unexpected.code);
    });
}

function firstSignal(onFirst: (signal: NodeJS.Signals) => void, exit: (code: number) => void): Promise<void> {
  return new Promise((resolve) => {
    let heard = false;
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.on(signal, () => {
        if (heard) return exit(ENDED_BY[signal]);
        heard = true;
        onFirst(signal);
        resolve();
      });
  });
}

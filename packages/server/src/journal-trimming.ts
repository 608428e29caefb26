import type { Clock } from '@hallpass/core/clock';
import type { Logger } from './log.ts';
import type { Store } from './store/store.ts';

const INTERVAL_MS = 60_000;
const DAY_MS = 86_400_000;
/** So few at a time that commits need not wait long behind them; and so long between two, for their sake. */
const ROWS_A_TURN = 500;
const PAUSE_MS = 20;

/** How far the journal reaches back: it keeps what is within both. */
export interface Kept {
  readonly days: number;
  readonly rows: number;
}

/** Removes what the journal is not to keep, once a minute, a few rows at a time. */
export function trimRegularly(
  store: Pick<Store, 'trimChanges'>,
  { days, rows }: Kept,
  clock: Clock,
  log: Logger,
): { stop(): Promise<void> } {
  let stopped = false;
  let timer: NodeJS.Timeout;
  const turn = async (): Promise<number> => {
    try {
      const removed = await store.trimChanges({ since: clock() - days * DAY_MS, rows }, ROWS_A_TURN);
      return removed < ROWS_A_TURN ? INTERVAL_MS : PAUSE_MS;
    } catch (err) {
      log.warn({ err }, 'the journal could not be trimmed; this is tried again');
      return INTERVAL_MS;
    }
  };
  let under = Promise.resolve();
  const run = (): void => {
    under = turn().then((pause) => {
      if (!stopped) timer = setTimeout(run, pause).unref();
    });
  };
  timer = setTimeout(run, PAUSE_MS).unref();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await under;
    },
  };
}

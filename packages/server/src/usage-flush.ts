import type { Logger } from './log.ts';
import type { Store } from './store/store.ts';
import type { Usage } from './usage.ts';

const INTERVAL = 5_000;

/** Stores what has gathered, every few seconds and at the end. A crash loses at most what came since. */
export function flushRegularly(usage: Usage, store: Store, log: Logger): { stop(): Promise<void> } {
  let under = Promise.resolve();
  const flush = (): Promise<void> => {
    under = under.then(async () => {
      const uses = usage.take();
      if (uses.length === 0) return;
      try {
        await store.noteUses(uses);
      } catch (err) {
        usage.giveBack(uses);
        log.warn(
          { err, count: uses.length },
          'last uses could not be stored; they are kept for the next try',
        );
      }
    });
    return under;
  };
  const timer = setInterval(flush, INTERVAL);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await flush();
    },
  };
}

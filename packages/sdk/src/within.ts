import type { Surroundings } from './surroundings.ts';

/** Waits for something that never rejects, but not for longer than so many milliseconds. False: it took longer. */
export function within(
  ms: number,
  done: Promise<void>,
  { later }: Pick<Surroundings, 'later'>,
): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = later(ms, () => resolve(false));
    void done.then(() => {
      cancel();
      resolve(true);
    });
  });
}

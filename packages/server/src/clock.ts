import type { Clock } from '@hallpass/core/clock';

/**
 * The later of the wall clock and the time it showed at the start plus what has passed since: turning the wall
 * clock back revives nothing that had expired, and one that ran ahead is believed only while it does.
 */
export function steadyClock(wall: Clock, monotonic: Clock): Clock {
  const offset = wall() - monotonic();
  return () => Math.max(wall(), Math.floor(offset + monotonic()));
}

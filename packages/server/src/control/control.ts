import type { Clock } from '@hallpass/core/clock';
import type { RandomBytes } from '@hallpass/core/token';
import type { Store } from '../store/store.ts';
import type { Turns } from './turns.ts';
import type { Vault } from './vault.ts';

/** What the use cases work with. */
export interface Control {
  readonly store: Store;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly turns: Turns;
}

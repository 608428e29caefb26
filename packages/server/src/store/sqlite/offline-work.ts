import { backUp } from './backup.ts';
import { restore } from './restore.ts';

/** Work on files of databases that no server does: what each takes and gives. */
export const OFFLINE_WORK = { backUp, restore } as const;

export type OfflineWork = typeof OFFLINE_WORK;

export interface OfflineOrder {
  readonly work: keyof OfflineWork;
  readonly order: unknown;
}

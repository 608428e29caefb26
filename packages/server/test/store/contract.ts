import { describe } from 'node:test';
import type { Store } from 'hallpass/store/store';
import { auditContract } from './contract-audit.ts';
import { formerContract } from './contract-formers.ts';
import { groupContract } from './contract-groups.ts';
import { journalContract } from './contract-journal.ts';
import { operatorContract } from './contract-operators.ts';
import { readContract } from './contract-reads.ts';
import { tokenContract } from './contract-tokens.ts';

/** A database of its own for one test. */
export interface Place {
  open(): Promise<Store>;
  remove(): Promise<void>;
}

/** Runs `body` on a new and empty store. */
export type WithStore = (body: (store: Store, place: Place) => Promise<void>) => () => Promise<void>;

/** What every engine promises, as tests. */
export function storeContract(name: string, makePlace: () => Promise<Place>): void {
  const withStore: WithStore = (body) => async () => {
    const place = await makePlace();
    try {
      const store = await place.open();
      try {
        await body(store, place);
      } finally {
        // A test may have closed it already.
        await store.close().catch(() => {});
      }
    } finally {
      await place.remove();
    }
  };
  describe(`store on ${name}`, () => {
    tokenContract(withStore);
    formerContract(withStore);
    operatorContract(withStore);
    auditContract(withStore);
    readContract(withStore);
    groupContract(withStore);
    journalContract(withStore);
  });
}

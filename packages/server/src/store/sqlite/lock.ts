import { accessSync, closeSync, constants, openSync } from 'node:fs';
import { DatabaseSync } from '@photostructure/sqlite';
import { StoreError } from '../store.ts';
import { faultOf } from './faults.ts';

/** Makes the file, readable by its owner only, unless it is there. */
function makeFile(file: string): void {
  try {
    // Never opened when it exists: closing it would drop the lock that this very process may hold on it.
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    // What cannot be written is locked for reading alone, and by any number of processes.
    accessSync(file, constants.W_OK);
  }
}

/** One process's claim to a database. The system drops it when the process ends, however it ends. */
export class Lock {
  readonly #connection: InstanceType<typeof DatabaseSync>;

  /** Throws a StoreError `in_use` when another process, or another store of this one, has it. */
  constructor(database: string) {
    const file = `${database}.lock`;
    makeFile(file);
    this.#connection = new DatabaseSync(file, { timeout: 0 });
    try {
      this.#connection.exec('begin exclusive');
    } catch (error) {
      this.#connection.close();
      const fault = faultOf(error);
      if (fault.fault !== 'in_use') throw fault;
      throw new StoreError(
        'in_use',
        `Another server works on ${database}. Stop it first, or give this one a data folder of its own.`,
        error,
      );
    }
  }

  release(): void {
    this.#connection.close();
  }
}

import { StoreError, type StoreFault } from '../store.ts';

const SQLITE_BUSY = 5;
const SQLITE_READONLY = 8;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;

const REMEDIES: Readonly<Record<number, { fault: StoreFault; text: string }>> = {
  [SQLITE_BUSY]: { fault: 'in_use', text: 'Another program holds the database. Stop it, then start again.' },
  [SQLITE_READONLY]: {
    fault: 'unavailable',
    text: 'The database cannot be written. Give this process write access to the data folder.',
  },
  [SQLITE_IOERR]: {
    fault: 'unavailable',
    text: 'The disk reported an error. Check the disk of the data folder.',
  },
  [SQLITE_CORRUPT]: { fault: 'damaged', text: 'The database is damaged. Restore it from a backup.' },
  [SQLITE_FULL]: {
    fault: 'unavailable',
    text: 'The disk is full. Make room in the data folder; no restart is needed.',
  },
  [SQLITE_CANTOPEN]: {
    fault: 'unavailable',
    text: 'The database cannot be opened. Check that the data folder exists and belongs to this process.',
  },
  [SQLITE_NOTADB]: {
    fault: 'not_a_database',
    text: 'The file is not a database of Hallpass. Name another file, or restore it from a backup.',
  },
};

function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  // The low byte is the kind of error; what lies above tells its variants apart.
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}

/** What an error of the engine means to the operator of the server. */
export function faultOf(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const detail = error instanceof Error ? error.message : 'unknown error';
  const code = codeOf(error);
  const remedy = code === undefined ? undefined : REMEDIES[code];
  if (!remedy) return new StoreError('unavailable', `The database could not do its work: ${detail}`, error);
  return new StoreError(remedy.fault, `${remedy.text} (${detail})`, error);
}

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

/** Errors of the file system, by what SQLite calls the same. */
const SYSTEM: Readonly<Record<string, number>> = {
  EACCES: SQLITE_READONLY,
  EPERM: SQLITE_READONLY,
  EROFS: SQLITE_READONLY,
  ENOENT: SQLITE_CANTOPEN,
  ENOTDIR: SQLITE_CANTOPEN,
  EISDIR: SQLITE_CANTOPEN,
  EIO: SQLITE_IOERR,
  ENOSPC: SQLITE_FULL,
};

function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  // The low byte is the kind of error; what lies above tells its variants apart.
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode & 0xff;
  return 'code' in error && typeof error.code === 'string' ? SYSTEM[error.code] : undefined;
}

/** Whether the disk or another program is what an error comes from, and not what a file holds. */
export function isOfSurroundings(error: unknown): boolean {
  const fault = REMEDIES[codeOf(error) ?? 0]?.fault;
  return fault === 'unavailable' || fault === 'in_use';
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

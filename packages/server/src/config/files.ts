export interface FileContent {
  readonly text: string;
  /** The permission bits. */
  readonly mode: number;
}

/** Throws as `node:fs` does. */
export type ReadFile = (path: string) => FileContent;

/** The file, or the code of the error. */
export function tryFile(readFile: ReadFile, path: string): FileContent | string {
  try {
    return readFile(path);
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read the file',
  EISDIR: 'this is a folder, not a file',
};

/** What the code of a file's error says to people. */
export function reasonOf(code: string): string {
  return REASONS[code] ?? `the file cannot be read (${code})`;
}

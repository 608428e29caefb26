import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root, seen from the built tests. */
export const ROOT: string = join(dirname(fileURLToPath(import.meta.url)), '../..');

export interface SourceFile {
  /** From the root, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
}

const SKIPPED = new Set(['node_modules', 'dist', '.git', 'data']);

function* walk(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (SKIPPED.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else if (entry.isFile()) yield path;
  }
}

/** Every file below `folder` whose name ends so. */
export function filesBelow(folder: string, ending: RegExp): SourceFile[] {
  return [...walk(join(ROOT, folder))]
    .filter((path) => ending.test(path))
    .map((path) => {
      const text = readFileSync(path, 'utf8');
      return { path: relative(ROOT, path).split(sep).join('/'), text, lines: text.split('\n').length - 1 };
    });
}

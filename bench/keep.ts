import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Result } from './figure.ts';
import { describe } from './machine.ts';
import { tableOf } from './table.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RESULTS = join(ROOT, 'bench/results');
const PAGE = join(ROOT, 'docs/benchmarks.md');
const BEGIN = '<!-- figures: written by `npm run bench -- --save` -->';
const END = '<!-- end of figures -->';

/** Of this run alone; git does not see it. */
export const OUT: string = join(ROOT, 'bench/out');

/** Writes each result into a file of its own in this folder. */
export function writeResults(folder: string, results: readonly Result[]): void {
  mkdirSync(folder, { recursive: true });
  for (const result of results) {
    writeFileSync(join(folder, `${result.figure}.json`), `${JSON.stringify(result, null, 2)}\n`);
  }
}

function readResult(figure: string): Result | undefined {
  try {
    return JSON.parse(readFileSync(join(RESULTS, `${figure}.json`), 'utf8')) as Result;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function textOf(results: readonly Result[]): string {
  const machines = [...new Set(results.map(({ machine }) => describe(machine)))];
  return machines
    .map(
      (machine) =>
        `On ${machine}:\n\n${tableOf(results.filter((each) => describe(each.machine) === machine))}\n`,
    )
    .join('\n');
}

/** Keeps the results in the repository, and writes what is kept of all `figures`, in their order, into the docs. */
export function save(results: readonly Result[], figures: readonly string[]): void {
  writeResults(RESULTS, results);
  const page = readFileSync(PAGE, 'utf8');
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin === -1 || end < begin)
    throw new Error(`${PAGE} has lost the marks between which the figures go.`);
  const kept = figures.map(readResult).filter((result) => result !== undefined);
  writeFileSync(PAGE, `${page.slice(0, begin)}${BEGIN}\n\n${textOf(kept)}\n${page.slice(end)}`);
}

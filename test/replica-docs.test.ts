import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ROOT } from './source-files.ts';

const PAGE = readFileSync(join(ROOT, 'docs/replica.md'), 'utf8');

interface Area {
  /** The heads of the two tables, from promise to tests and back. */
  readonly there: string;
  readonly back: string;
  /** Where tests of this area lie; all that are in the first of them are to be listed. */
  readonly folders: readonly string[];
  readonly isWhole: boolean;
}

const AREAS: readonly Area[] = [
  {
    there: '| invariant | tests |',
    back: '| test of the state machine | holds |',
    folders: ['packages/core/test/replica', 'packages/core/test'],
    isWhole: true,
  },
  {
    there: '| server | tests |',
    back: '| test of the server | holds |',
    folders: ['packages/server/test/feed', 'packages/server/test/store'],
    isWhole: true,
  },
  {
    there: '| constraint | tests |',
    back: '| test of the SDK | holds |',
    folders: ['packages/sdk/test'],
    isWhole: false,
  },
];

/** The first two cells of each row of the table with this head. */
function rowsBelow(head: string): [string, string][] {
  const [, rest = ''] = PAGE.split(`\n${head}\n`);
  assert.ok(rest, `There is no table with the head ${head}`);
  const [table = ''] = rest.split('\n\n');
  return table.split('\n').flatMap((row) => {
    const [, first = '', second = ''] = row.split('|').map((cell) => cell.trim());
    return first === '' || first.startsWith('-') ? [] : [[first, second]];
  });
}

function codesIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}

/** C1 to C9 are constraints; cases have more digits. */
function promisesIn(text: string): string[] {
  return [...text.matchAll(/\b(?:[IS]\d+|C\d)\b/g)].map(([promise]) => promise);
}

function fileOf({ folders }: Area, test: string): string | undefined {
  return folders
    .flatMap((folder) => [`${folder}/${test}.test.ts`, `${folder}/${test}.ts`])
    .map((path) => join(ROOT, path))
    .find((path) => existsSync(path));
}

/** `promise: test`, for each pair that a table names, in order. */
function pairsThere({ there }: Area): string[] {
  return rowsBelow(there)
    .flatMap(([promise, tests]) => codesIn(tests).map((test) => `${promise}: ${test}`))
    .sort();
}

function pairsBack({ back }: Area): string[] {
  return rowsBelow(back)
    .flatMap(([test, promises]) => {
      const [counted = ''] = promises.split(/[;:]/);
      return promisesIn(counted).map((promise) => `${promise}: ${codesIn(test)[0]}`);
    })
    .sort();
}

describe('docs/replica.md', () => {
  it('names a test for every invariant, every assumption and every constraint', () => {
    const made = [...PAGE.matchAll(/^- \*\*([ISC]\d+)\*\* /gm)].map(([, promise = '']) => promise);
    const held = new Set(AREAS.flatMap(({ there }) => rowsBelow(there).map(([promise]) => promise)));
    assert.ok(made.length > 30);
    assert.deepEqual(
      made.filter((promise) => !held.has(promise)),
      [],
    );
    assert.deepEqual(
      [...held].filter((promise) => !made.includes(promise)),
      [],
    );
  });

  for (const area of AREAS) {
    it(`says the same below "${area.there}" and below "${area.back}"`, () => {
      assert.deepEqual(pairsBack(area), pairsThere(area));
    });

    it(`names tests below "${area.there}" that there are, with the cases they are said to have`, () => {
      for (const [promise, tests] of [...rowsBelow(area.there), ...rowsBelow(area.back)]) {
        for (const test of codesIn(promise.startsWith('`') ? promise : tests)) {
          assert.ok(fileOf(area, test), `${promise} names ${test}, which is not there`);
        }
        for (const [, test = '', cases = ''] of tests.matchAll(/`([^`]+)` \(([^)]*)\)/g)) {
          const text = readFileSync(fileOf(area, test) ?? '', 'utf8');
          for (const [number] of cases.matchAll(/\bC\d{2,}\b/g))
            assert.ok(new RegExp(`\\b${number}\\b`).test(text), `${test} has no case ${number}`);
        }
      }
    });

    it(`lists every test of the area below "${area.back}"`, () => {
      const [folder = ''] = area.folders;
      const files = area.isWhole ? readdirSync(join(ROOT, folder)) : [];
      const tests = files.flatMap((file) => /^(.*)\.test\.ts$/.exec(file)?.[1] ?? []);
      const listed = new Set(rowsBelow(area.back).flatMap(([test]) => codesIn(test)));
      assert.deepEqual(
        tests.filter((test) => !listed.has(test)),
        [],
      );
    });
  }
});

import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { describe, it } from 'node:test';
import { filesBelow, type SourceFile } from './source-files.ts';

const SERVER = 'packages/server/src/';

/** Every room, by the paths that belong to it; the first that fits counts. */
const ROOMS: readonly (readonly [string, RegExp])[] = [
  ['core', /^packages\/core\/src\//],
  ['sdk', /^packages\/sdk\/src\//],
  ['sqlite', /^packages\/server\/src\/store\/sqlite\//],
  ['sql', /^packages\/server\/src\/store\/sql\//],
  ['store', /^packages\/server\/src\/store\/[a-z-]+\.ts$/],
  ['control', /^packages\/server\/src\/control\//],
  ['http', /^packages\/server\/src\/http\//],
  ['cli', /^packages\/server\/src\/(cli\/|bin\.ts$)/],
  ['config', /^packages\/server\/src\/config(\/|\.ts$)/],
  ['main', /^packages\/server\/src\/main\.ts$/],
  // What stands beside main: pieces of one process that any room of the server may know by type.
  ['process', /^packages\/server\/src\/[a-z-]+(\/[a-z-]+)?\.ts$/],
];

/** Who may import whom. What is not here is forbidden. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  core: ['core'],
  sdk: ['sdk', 'core'],
  store: ['store', 'core'],
  sql: ['sql', 'store', 'core'],
  sqlite: ['sqlite', 'sql', 'store', 'core'],
  control: ['control', 'store', 'core'],
  http: ['http', 'control', 'store', 'process', 'core'],
  process: ['process', 'config', 'control', 'store', 'core'],
  config: ['config', 'core'],
  cli: ['cli', 'sdk', 'config', 'process', 'store', 'sqlite', 'core', 'main'],
  main: ['core', 'config', 'control', 'http', 'process', 'store', 'sqlite'],
};

function roomOf(path: string): string {
  const room = ROOMS.find(([, pattern]) => pattern.test(path));
  assert.ok(room, `${path} belongs to no room`);
  return room[0];
}

function importsOf(file: SourceFile): string[] {
  const found = file.text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g);
  return [...found].map((match) => match[1] as string);
}

function resolve(file: SourceFile, specifier: string): string | null {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(file.path), specifier);
  const own = /^@hallpass\/(core|sdk)\/(.+)$/.exec(specifier);
  return own ? `packages/${own[1]}/src/${own[2]}.ts` : null;
}

const sources = filesBelow('packages', /\/src\/.*\.tsx?$/);

describe('boundaries', () => {
  it('finds the sources', () => {
    assert.ok(sources.length > 50);
  });

  it('lets no room import what the table does not allow', () => {
    const wrong: string[] = [];
    for (const file of sources) {
      for (const specifier of importsOf(file)) {
        const target = resolve(file, specifier);
        if (target === null) continue;
        const [from, to] = [roomOf(file.path), roomOf(target)];
        if (!MAY[from]?.includes(to)) wrong.push(`${file.path} (${from}) imports ${target} (${to})`);
      }
    }
    assert.deepEqual(wrong, []);
  });

  it('gives core nothing but node:crypto', () => {
    const foreign = sources
      .filter((file) => roomOf(file.path) === 'core')
      .flatMap((file) => importsOf(file).map((specifier) => `${file.path}: ${specifier}`))
      .filter((line) => !/: (\.|node:crypto$)/.test(line));
    assert.deepEqual(foreign, []);
  });

  it('gives the sdk no package but core', () => {
    const foreign = sources
      .filter((file) => roomOf(file.path) === 'sdk')
      .flatMap((file) => importsOf(file).map((specifier) => `${file.path}: ${specifier}`))
      .filter((line) => !/: (\.|node:|@hallpass\/core\/)/.test(line));
    assert.deepEqual(foreign, []);
  });

  it('has no import cycle', () => {
    const graph = new Map(
      sources.map((file) => [
        file.path,
        importsOf(file)
          .map((specifier) => resolve(file, specifier))
          .filter((target) => target !== null),
      ]),
    );
    const done = new Set<string>();
    const visit = (path: string, road: readonly string[]): void => {
      assert.ok(!road.includes(path), `import cycle: ${[...road, path].join(' -> ')}`);
      if (done.has(path)) return;
      for (const next of graph.get(path) ?? []) visit(next, [...road, path]);
      done.add(path);
    };
    for (const path of graph.keys()) visit(path, []);
  });

  it('reads the environment in config only, and the clock and chance in main, bin and the surroundings only', () => {
    const rules: readonly (readonly [RegExp, RegExp])[] = [
      [/process\.env/, /^packages\/server\/src\/config\.ts$/],
      [
        /Date\.now|performance\.now|new Date\(\)|Math\.random|randomBytes\(|randomUUID/,
        /^packages\/(server\/src\/(main|bin)|sdk\/src\/surroundings)\.ts$/,
      ],
    ];
    const wrong = rules.flatMap(([pattern, allowed]) =>
      sources
        .filter((file) => pattern.test(file.text) && !allowed.test(file.path))
        .map((file) => `${file.path}: ${pattern}`),
    );
    assert.deepEqual(wrong, []);
  });

  it('keeps files short: none over 500 lines, half of them under 120', () => {
    const all = [
      ...sources,
      ...filesBelow('packages', /\/test\/.*\.ts$/),
      ...filesBelow('test', /\.ts$/),
      ...filesBelow('bench', /\.ts$/),
      ...filesBelow('scripts', /\.mjs$/),
    ];
    assert.deepEqual(
      all.filter((file) => file.lines > 500).map((file) => file.path),
      [],
    );
    const lengths = sources.map((file) => file.lines).sort((a, b) => a - b);
    assert.ok((lengths[Math.floor(lengths.length / 2)] as number) < 120);
  });

  it('has no drawer for everything, and names in kebab-case', () => {
    const drawers = /(^|\/)(utils?|helpers?|common|lib|misc)(\/|\.ts$)/;
    const odd = sources.filter(
      (file) => drawers.test(file.path) || !/^[a-z0-9/.-]+$/.test(file.path.replace(SERVER, '')),
    );
    assert.deepEqual(
      odd.map((file) => file.path),
      [],
    );
  });

  it('never switches the type checker or the linter off', () => {
    const off = /@ts-(ignore|nocheck|expect-error)|biome-ignore|(:|\bas|<) *any\s*[;,)=>[{|&]/;
    assert.deepEqual(
      sources.filter((file) => off.test(file.text)).map((file) => file.path),
      [],
    );
  });

  it('has no test that is skipped, singled out or left for later', () => {
    const marks = new RegExp(`\\b(it|test|describe)\\.(${['skip', 'only', 'todo'].join('|')})\\b`);
    const tests = [...filesBelow('packages', /\.test\.ts$/), ...filesBelow('test', /\.test\.ts$/)];
    assert.deepEqual(
      tests.filter((file) => marks.test(file.text)).map((file) => file.path),
      [],
    );
  });
});

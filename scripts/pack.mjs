// Makes the package of the SDK, with core inside, so that whoever installs it needs nothing else:
//   npm run pack -- [folder]
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { root, run, setup } from './setup.mjs';

const SHIPPED = /\.(js|d\.ts)$/;

/** Copies what was built, with imports of core leading to the copy inside. */
function copyBuilt(from, to, core) {
  mkdirSync(to, { recursive: true });
  for (const file of readdirSync(from).filter((name) => SHIPPED.test(name))) {
    const text = readFileSync(join(from, file), 'utf8')
      .replace(/(['"])@hallpass\/core\/([a-z0-9-]+)\1/g, `$1${core}/$2.js$1`)
      .replace(/^\/\/# sourceMappingURL=.*$/m, '');
    writeFileSync(join(to, file), text);
  }
}

setup();
const folder = resolve(process.argv[2] ?? '.');
const stage = mkdtempSync(join(tmpdir(), 'hallpass-pack-'));
try {
  const { dependencies, devDependencies, ...manifest } = JSON.parse(
    readFileSync(join(root, 'packages/sdk/package.json'), 'utf8'),
  );
  writeFileSync(
    join(stage, 'package.json'),
    `${JSON.stringify({ ...manifest, files: ['dist'] }, null, 2)}\n`,
  );
  copyBuilt(join(root, 'packages/sdk/dist'), join(stage, 'dist'), './core');
  copyBuilt(join(root, 'packages/core/dist'), join(stage, 'dist/core'), '.');
  for (const file of ['LICENSE', 'packages/sdk/README.md'])
    cpSync(join(root, file), join(stage, file.replace(/.*\//, '')));
  mkdirSync(folder, { recursive: true });
  run('npm', ['pack', '--loglevel=error', '--ignore-scripts', '--pack-destination', folder], { cwd: stage });
} finally {
  rmSync(stage, { recursive: true });
}

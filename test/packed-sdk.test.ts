import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startHallpass } from '@hallpass/sdk/testing';
import { ROOT } from './source-files.ts';

/** An empty project into which nothing but the packed SDK was installed, scripts off, without a registry. */
function projectWithSdk(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-packed-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  execFileSync(process.execPath, [join(ROOT, 'scripts/pack.mjs'), folder], { stdio: 'pipe' });
  const [tarball = ''] = readdirSync(folder).filter((file) => file.endsWith('.tgz'));
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  const flags = ['--ignore-scripts', '--offline', '--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync('npm', ['install', ...flags, `./${tarball}`], { cwd: folder, stdio: 'pipe' });
  return folder;
}

function exampleIn(page: string, containing: string): string {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const blocks = [...text.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  const found = blocks.find((block) => block.includes(containing));
  assert.ok(found, `${page} has no example with ${containing}`);
  return found;
}

const USE = `
const verdict = guard.check(\`Bearer \${process.argv[2]}\`);
console.log(verdict.allow ? verdict.principal.name : verdict.reason);
await guard.close();
`;

test('the three lines in the README work as printed with nothing but the packed SDK installed', async (t) => {
  const folder = projectWithSdk(t);
  assert.deepEqual(
    readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.')),
    ['@hallpass'],
  );
  assert.deepEqual(readdirSync(join(folder, 'node_modules/@hallpass')), ['sdk']);
  const hallpass = await startHallpass();
  t.after(() => hallpass.stop());
  writeFileSync(join(folder, 'verifier.key'), `${hallpass.verifierKey}\n`, { mode: 0o600 });
  const { record } = await hallpass.admin.createToken({ name: 'ci' });
  for (const page of ['README.md', 'packages/sdk/README.md', 'docs/sdk.md']) {
    const lines = exampleIn(page, 'await guard.ready()').replace('http://127.0.0.1:4255', hallpass.url);
    writeFileSync(join(folder, 'service.js'), lines + USE);
    const said = (token: string) =>
      execFileSync(process.execPath, ['service.js', token], { cwd: folder, encoding: 'utf8' });
    assert.equal(said(record.token ?? ''), 'ci\n', page);
    assert.equal(said('hp_none'), 'checksum\n', page);
  }
});

const TYPED = `import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { connect, type DenyReason, type Guard, type Principal, type Trouble, type Verdict } from '@hallpass/sdk';
import { hallpass } from '@hallpass/sdk/node';
import { hallpass as forFetch } from '@hallpass/sdk/fetch';
import { fakeGuard } from '@hallpass/sdk/testing';

const guard: Guard = connect({ url: 'http://127.0.0.1:4255', keyFile: 'verifier.key' });
const verdict: Verdict = guard.check('Bearer x', { write: false });
export const principal: Principal | undefined = verdict.allow ? verdict.principal : undefined;
export const listener = hallpass(fakeGuard(), (_request, response, { name }) => void response.end(name));
guard.on('trouble', ({ code, message }: Trouble) => console.error(code, message));
export const reason: DenyReason | undefined = verdict.allow ? undefined : verdict.reason;
export const secure = createSecureServer(
  hallpass(guard, (request: Http2ServerRequest, response: Http2ServerResponse, { name }) => {
    response.end(\`\${name} \${request.authority}\`);
  }),
);
export const handler = forFetch(guard, (_request, { id, write }) => new Response(write ? id : null));
`;

/** What stands before the example of each adapter. */
const APPS: Readonly<Record<string, string>> = {
  node: '',
  express: "import express from 'express';\nconst app = express();\n",
  fastify: "import { fastify } from 'fastify';\nconst app = fastify();\n",
  hono: `import { Hono } from 'hono';
import type { HallpassVariables } from '@hallpass/sdk/hono';
const app = new Hono<{ Variables: HallpassVariables }>();
`,
  fetch: '',
};

test('the packed SDK brings its types along, and the examples of its adapters compile under strict', (t) => {
  const folder = projectWithSdk(t);
  symlinkSync(join(ROOT, 'node_modules/@types'), join(folder, 'node_modules/@types'));
  symlinkSync(join(ROOT, 'node_modules/undici-types'), join(folder, 'node_modules/undici-types'));
  writeFileSync(join(folder, 'typed.ts'), TYPED);
  for (const framework of ['express', 'fastify', 'hono'])
    symlinkSync(join(ROOT, 'node_modules', framework), join(folder, 'node_modules', framework));
  const examples = Object.entries(APPS).map(([name, app]) => {
    const file = `${name}.ts`;
    const guard = "import { fakeGuard } from '@hallpass/sdk/testing';\nconst guard = fakeGuard();\n";
    writeFileSync(join(folder, file), guard + app + exampleIn('docs/sdk.md', `'@hallpass/sdk/${name}'`));
    return file;
  });
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
  const compile = (...args: string[]) =>
    execFileSync(process.execPath, [compiler, ...flags, ...args], { cwd: folder, stdio: 'pipe' });
  compile('typed.ts');
  // What the frameworks declare is theirs.
  compile('--skipLibCheck', ...examples);
});

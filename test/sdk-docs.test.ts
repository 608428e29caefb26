import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ROOT } from './source-files.ts';

const PAGE = readFileSync(join(ROOT, 'docs/sdk.md'), 'utf8');

function exampleWith(text: string): string {
  const blocks = [...PAGE.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  const found = blocks.filter((block) => block.includes(text));
  assert.equal(found.length, 1, text);
  return found[0] ?? '';
}

const GUARD = `
import { fakeGuard as someGuard } from '@hallpass/sdk/testing';
const guard = someGuard();
const headers = { Authorization: 'Bearer ' + guard.issue({ name: 'ci' }) };
`;
const ASK_SERVER = `
await new Promise((resolve) => server.once('listening', resolve));
const url = 'http://127.0.0.1:' + server.address().port;
console.log(await (await fetch(url, { headers })).text(), (await fetch(url)).status);
server.close();
server.closeAllConnections();
`;

/** What stands around each example so that it can run: before it, and behind it. */
const AROUND: Readonly<Record<string, readonly [string, string]>> = {
  '@hallpass/sdk/node': [`${GUARD}import * as http from 'node:http';\nlet server;\n`, ASK_SERVER],
  '@hallpass/sdk/express': [
    `${GUARD}import express from 'express';\nconst app = express();\n`,
    `const server = app.listen(0);${ASK_SERVER}`,
  ],
  '@hallpass/sdk/fastify': [
    `${GUARD}import { fastify } from 'fastify';\nconst app = fastify();\n`,
    `const ask = async (headers) => app.inject({ url: '/', headers });
console.log((await ask(headers)).payload, (await ask({})).statusCode);`,
  ],
  '@hallpass/sdk/hono': [
    `${GUARD}import { Hono } from 'hono';\nconst app = new Hono();\n`,
    `const ask = async (headers) => app.request('/', { headers });
console.log(await (await ask(headers)).text(), (await ask({})).status);`,
  ],
  '@hallpass/sdk/fetch': [
    GUARD,
    `const ask = async (headers) => handler(new Request('http://service.test/', { headers }));
console.log(await (await ask(headers)).text(), (await ask({})).status);`,
  ],
};

function run(t: { after(act: () => void): void }, script: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-docs-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  symlinkSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  writeFileSync(join(folder, 'example.mjs'), script);
  return execFileSync(process.execPath, ['example.mjs'], { cwd: folder, encoding: 'utf8' });
}

/** The names that a table of the page has in its first column, below a head. */
function column(head: string): string[] {
  const [, table = ''] = PAGE.split(`\n| ${head} |`);
  const [rows = ''] = table.split('\n\n');
  return [...rows.matchAll(/^\| `(\w+)/gm)].map(([, name = '']) => name);
}

/** The members of an interface or type in a source file. */
function membersOf(file: string, type: string): string[] {
  const text = readFileSync(join(ROOT, 'packages/sdk/src', file), 'utf8');
  const body = new RegExp(`(?:interface|type) ${type}\\b[^{]*\\{\\n([\\s\\S]*?)\\n\\}`).exec(text)?.[1] ?? '';
  return [...body.matchAll(/^ {2}(?:readonly )?(\w+)(?:<[^>]*>)?\??[:(]/gm)].map(([, name = '']) => name);
}

describe('docs/sdk.md', () => {
  for (const [name, [before, behind]] of Object.entries(AROUND)) {
    test(`the example of ${name} lets in who has a token, and nobody else`, (t) => {
      const example = exampleWith(`'${name}'`).replace(
        'createServer(hallpass',
        'server = http.createServer(hallpass',
      );
      const script = name.endsWith('/node') ? example.replace(/\)\);\n$/, ')).listen(0);\n') : example;
      assert.equal(run(t, before + script + behind), 'hello ci 401\n');
    });
  }

  test('the examples of a check and of tests of your own run', (t) => {
    const check = `const request = headers.Authorization;\n${exampleWith('guard.check(request)')}`;
    assert.equal(run(t, GUARD + check), 'ci\n');
    const own = exampleWith('startHallpass()');
    assert.equal(run(t, `${own}console.log(guard.check('Bearer ' + token).reason);`), 'stale\n');
  });

  test('names every option, member, event and kind of trouble, and no other', () => {
    const options = [
      ...membersOf('options.ts', 'ConnectOptions'),
      ...membersOf('verifier-key.ts', 'KeyOptions'),
    ];
    assert.deepEqual(column('option').sort(), options.sort());
    assert.deepEqual(column('member').sort(), membersOf('guard.ts', 'Guard').sort());
    assert.deepEqual(column('event').sort(), membersOf('guard.ts', 'GuardEvents').sort());
    const codes = /readonly code:([\s\S]*?)readonly message/.exec(
      readFileSync(join(ROOT, 'packages/sdk/src/guard.ts'), 'utf8'),
    );
    const known = [...(codes?.[1] ?? '').matchAll(/\| '(\w+)'/g)].map(([, code = '']) => code);
    assert.deepEqual(column('code').sort(), known.sort());
  });
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { runningServer } from './running-server.ts';
import { ROOT } from './source-files.ts';

/** A block of shell that is run, and the answer printed below it, if any. */
const EXAMPLES = /^```sh\n([\s\S]*?)^```$(?:\n+^```(json|text)\n([\s\S]*?)^```$)?/gm;

/** Stands between the outputs of two blocks. */
const SEPARATOR = '\u001e';

const page = readFileSync(join(ROOT, 'docs/http-api.md'), 'utf8');

/** The keys of everything in a JSON value; of an array, those of its first item. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== 'object' || value === null) return 'a value';
  const entries = Object.entries(value).map(([key, each]) => [key, shapeOf(each)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

test('every example in docs/http-api.md runs as printed and is answered in the form that is printed', async (t) => {
  const { port, folder } = await runningServer(t);
  const examples = [...page.matchAll(EXAMPLES)];
  assert.ok(examples.length > 10);
  const script = examples.map(([, shell]) => `${shell}printf '${SEPARATOR}'\n`).join('');
  const { stdout } = await promisify(execFile)('bash', ['-eu', '-c', script.replaceAll('4255', port)], {
    cwd: folder,
  });
  const outputs = stdout.split(SEPARATOR);
  for (const [index, [, shell = '', kind, printed = '']] of examples.entries()) {
    const output = outputs[index] ?? '';
    if (kind === 'json') assert.deepEqual(shapeOf(JSON.parse(output)), shapeOf(JSON.parse(printed)), shell);
    else assert.equal(output.replaceAll('\r', ''), printed, shell);
  }
});

test('docs/http-api.md names every call of the API', async (t) => {
  const { port } = await runningServer(t);
  const answer = await fetch(`http://127.0.0.1:${port}/_/openapi.json`);
  const { paths } = (await answer.json()) as { paths: Record<string, Record<string, unknown>> };
  for (const [path, methods] of Object.entries(paths)) {
    assert.ok(page.includes(path.replace('/{path}', '/*')), path);
    if (/^\/_\/(token|operator)$/.test(path))
      for (const method of Object.keys(methods))
        assert.ok(page.includes(`\`${method.toUpperCase()} ${path}\``), `${method} ${path}`);
  }
});

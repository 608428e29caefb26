import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { ERRORS } from '@hallpass/core/errors';
import { DENY_REASONS } from '@hallpass/core/verdict';
import { runningServer } from './running-server.ts';
import { filesBelow, ROOT, type SourceFile } from './source-files.ts';

const pages = filesBelow('.', /\.md$/);

function page(path: string): SourceFile {
  const found = pages.find((each) => each.path === path);
  assert.ok(found, `${path} is missing`);
  return found;
}

/** The cells of every row below the head of a page's tables whose first cell is code. */
function rowsOf({ text }: SourceFile): string[][] {
  return [...text.matchAll(/^\| `.*\|$/gm)].map(([row]) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** What a table below a heading says in its first column, without the marks of code. */
function firstColumn(path: string, heading: string, below = ''): string[] {
  const [, section = ''] = page(path).text.split(`\n## ${heading}\n`);
  const part = section.split('\n## ')[0]?.slice(section.indexOf(below)) ?? '';
  const table = /(?:^\|.*\|\n)+/m.exec(part)?.[0] ?? '';
  const cells = table.split('\n').map((row) => row.split('|')[1]?.trim().replaceAll('`', '') ?? '');
  return cells.slice(2).filter((cell) => cell !== '');
}

/** A constant of a source file, as the text between its braces. */
function constantIn(path: string, name: string): string {
  const found = new RegExp(`const ${name}[^{]*\\{\\n([\\s\\S]*?)\\n\\}`).exec(
    filesBelow(dirname(path), /\.ts$/).find((file) => file.path === path)?.text ?? '',
  );
  assert.ok(found?.[1], `${path} has no ${name}`);
  return found[1];
}

/** What is no code: fenced blocks and code spans hold no links. */
function proseOf({ text }: SourceFile): string {
  return text.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, '');
}

/** The anchors that a page offers: its headings, as they are linked to. */
function anchorsOf({ text }: SourceFile): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('the documentation', () => {
  it('docs/errors.md lists every code with its status and title, and no other', () => {
    const documented = rowsOf(page('docs/errors.md'));
    assert.deepEqual(
      documented.map((cells) => cells.slice(0, 3)),
      Object.entries(ERRORS).map(([code, { status, title }]) => [`\`${code}\``, String(status), title]),
    );
    for (const [code, , , advice] of documented) assert.match(advice ?? '', /^[A-Z].*\.$/, code);
  });

  it('docs/architecture.md has the table of imports as it is enforced', () => {
    const enforced = [...constantIn('test/boundaries.test.ts', 'MAY').matchAll(/^ +(\w+): \[(.*)\],$/gm)];
    const [, section = ''] = page('docs/architecture.md').text.split('| may import ');
    const documented = [...section.matchAll(/^\| (\w+) +\| ([\w, ]+?) +\|$/gm)];
    assert.deepEqual(
      documented.map(([, room, rooms]) => `${room}: ${rooms}`),
      enforced.map(([, room, rooms = '']) => `${room}: ${rooms.replaceAll("'", '')}`),
    );
    assert.deepEqual(
      firstColumn('docs/architecture.md', 'Rooms').sort(),
      enforced.map(([, room]) => room).sort(),
    );
  });

  it('docs/operations.md lists every metric of ours, every reason and every field of the log, and no other', async (t) => {
    const { port, folder } = await runningServer(t);
    const key = readFileSync(join(folder, 'data/owner.key'), 'utf8').trim();
    const answer = await fetch(`http://127.0.0.1:${port}/_/metrics`, {
      headers: { Authorization: `Bearer ${key}` },
    });
    const metrics = [...(await answer.text()).matchAll(/^# TYPE (\w+)/gm)].map(([, name = '']) => name);
    const operations = 'docs/operations.md';
    assert.deepEqual(
      firstColumn(operations, 'Metrics').sort(),
      metrics.filter((name) => !/^(process|nodejs)_/.test(name)).sort(),
    );
    assert.deepEqual(firstColumn(operations, 'Metrics', 'The reasons'), [...DENY_REASONS]);
    const fields = constantIn('packages/server/src/log.ts', 'LISTED').matchAll(/^ +(\w+): true,$/gm);
    assert.deepEqual(
      firstColumn(operations, 'Logs'),
      [...fields].map(([, field]) => field),
    );
    const files = readdirSync(join(folder, 'data')).filter((file) => !file.endsWith('lock-journal'));
    assert.deepEqual(firstColumn(operations, 'The data folder').sort(), files.sort());
  });

  it('CONTRIBUTING.md names every verb of package.json', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
    const named = page('CONTRIBUTING.md').text.matchAll(/`npm (?:run )?([\w:]+)`/g);
    assert.deepEqual([...named].map(([, verb]) => verb).sort(), Object.keys(scripts).sort());
  });

  it('has no link that leads nowhere', () => {
    const broken: string[] = [];
    for (const each of pages) {
      for (const [, link = ''] of proseOf(each).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(link)) continue;
        const [path = '', anchor] = link.split('#');
        const target = path === '' ? each.path : join(dirname(each.path), path);
        const file = join(ROOT, target);
        if (!existsSync(file)) broken.push(`${each.path}: ${link}`);
        else if (anchor !== undefined && statSync(file).isFile() && !anchorsOf(page(target)).includes(anchor))
          broken.push(`${each.path}: ${link}`);
      }
    }
    assert.deepEqual(broken, []);
  });
});

import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { ERRORS } from '@hallpass/core/errors';
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

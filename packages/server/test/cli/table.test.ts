import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { plain, plainJson } from 'hallpass/cli/plain';
import { type Column, table } from 'hallpass/cli/table';
import { cut, widthOf } from 'hallpass/cli/text-width';

const COLUMNS: Column<readonly string[]>[] = [
  { head: 'NAME', cell: ([name = '']) => name, least: 4 },
  { head: 'STATUS', cell: ([, status = '']) => status },
  { head: 'EXTRA', cell: ([, , extra = '']) => extra, leave: 1 },
];

function same(text: string): string {
  return text;
}

test('a table is aligned by what a terminal shows, also for wide characters', () => {
  const text = table(
    COLUMNS,
    [
      ['日本', 'active', 'x'],
      ['ci', 'expired', 'y'],
    ],
    { width: 80, head: same },
  );
  assert.equal(text, 'NAME  STATUS   EXTRA\n日本  active   x\nci    expired  y\n');
});

test('a narrow terminal loses the least columns first and then the ends of names', () => {
  const items = [['a-very-long-name-indeed', 'active', 'something']];
  for (const width of [16, 20, 24, 30, 40, 80])
    for (const line of table(COLUMNS, items, { width, head: same }).split('\n'))
      assert.ok(widthOf(line) <= width, `${width}: ${line}`);
  assert.match(table(COLUMNS, items, { width: 20, head: same }), /^NAME +STATUS\na-very-long… +active\n$/);
});

test('a text that is cut fits, whatever it is made of', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, width) => {
      assert.ok(widthOf(cut(text, width)) <= width);
    }),
  );
});

test('no text reaches the terminal with a character that acts on it or hides', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.doesNotMatch(plain(text), /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u);
    }),
  );
  assert.equal(plain('a\u001b[2Jb\u202ec\u{e0041}'), 'a\\u{1b}[2Jb\\u{202e}c\\u{e0041}');
});

test('JSON is the same JSON when what hides is written out', () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      const pretty = JSON.stringify(JSON.parse(json), null, 2);
      assert.doesNotMatch(plainJson(pretty), /(?!\n)[\p{Cc}\p{Cf}]/u);
      assert.deepEqual(JSON.parse(plainJson(pretty)), JSON.parse(json));
    }),
  );
  assert.equal(plainJson('"\u{e0041}\u009b"'), '"\\udb40\\udc41\\u009b"');
});

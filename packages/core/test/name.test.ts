import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readName } from '@hallpass/core/name';
import fc from 'fast-check';

test('C75: names that could mislead or break a line are refused, with a reason', () => {
  const refused = [
    '',
    ' ',
    ' a',
    'a ',
    '\u00a0a',
    'a\0',
    'a\nb',
    'a\tb',
    '\x7f',
    '\x85',
    'a\u2028b',
    'a\u202eb',
    '\u2066a',
    '\ud800',
    '\u200b',
    '\u200d\ufeff',
    '\u00ad',
    '\u3164',
    '\u2060 \u200c',
    '\u2800',
    '\u{e0041}',
    '\ufe0f',
  ];
  for (const name of refused) {
    const reading = readName(name);
    assert.equal(reading.ok, false, JSON.stringify(name));
    assert.ok(!reading.ok && reading.message.length > 0);
  }
});

test('C75: names that are only unusual are kept as they are', () => {
  for (const name of [
    'a',
    '😀',
    '<script>',
    '=cmd()',
    '-x',
    '%00',
    'a/b?c#d',
    '日本語',
    "'; --",
    '__proto__',
    '👩\u200d💻',
    'نامه\u200cای',
    '❤\ufe0f',
  ]) {
    assert.deepEqual(readName(name), { ok: true, name });
  }
});

test('C75: 255 characters are taken and 256 are not, an emoji counting as one', () => {
  for (const unit of ['x', '😀']) {
    assert.equal(readName(unit.repeat(255)).ok, true);
    assert.equal(readName(unit.repeat(256)).ok, false);
  }
});

test('two spellings of one text become one name', () => {
  assert.deepEqual(readName('e\u0301'), { ok: true, name: '\u00e9' });
});

test('a name that was read reads the same again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const reading = readName(text);
      if (reading.ok) assert.deepEqual(readName(reading.name), reading);
    }),
  );
});

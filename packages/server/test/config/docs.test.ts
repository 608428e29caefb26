import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { flagOf, givenBy, nameOf, SETTING_KEYS, SETTINGS, variableOf } from 'hallpass/config/settings';
import { reading } from './reading.ts';

const page = readFileSync(new URL('../../../../../docs/settings.md', import.meta.url), 'utf8');

function code(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(', ');
}

test('docs/settings.md lists every setting as the table has it, and no other', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  const documented = rows.map((row) => row.replace(/ {2,}/g, ' '));
  const expected = SETTING_KEYS.map((key) => {
    const { alias, default: preset, description } = SETTINGS[key];
    const keys = givenBy(key);
    const variables = [...keys.map(variableOf), ...(alias === undefined ? [] : [alias])];
    const cells = [
      code(keys.map(nameOf)),
      code(variables),
      code(keys.map(flagOf)),
      preset ? `\`${preset}\`` : 'none',
      description,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  assert.deepEqual(documented, expected);
});

test('the file printed in docs/settings.md is one that works', () => {
  const example = /```json\n(.*?)```/s.exec(page)?.[1] ?? '';
  const owner = 'hpo_000000000000000000000000000000';
  const problems: string[] = [];
  try {
    reading({ files: { '/srv/hallpass.json': example, '/run/secrets/owner_key': owner } });
  } catch (error) {
    problems.push(String(error));
  }
  // Only the made-up owner key is wrong; every name and every other value is taken.
  assert.equal(problems.length, 1);
  assert.match(
    problems[0] ?? '',
    /^ConfigError: hallpass.json: owner_key_file: must be an operator key[^\n]*$/,
  );
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { EXIT, exitCodeOf } from 'hallpass/cli/exit-codes';
import { StartError } from 'hallpass/start-error';
import { StoreError } from 'hallpass/store/store';

const page = readFileSync(new URL('../../../../../docs/exit-codes.md', import.meta.url), 'utf8');

test('docs/exit-codes.md lists every exit code as the table has it, and no other', () => {
  const rows = page.split('\n').filter((line) => /^\| +\d/.test(line));
  const documented = rows.map((row) => row.replace(/ {2,}/g, ' '));
  const expected = Object.entries(EXIT).map(
    ([name, { code, meaning }]) => `| ${code} | \`${name}\` | ${meaning} |`,
  );
  assert.deepEqual(documented, expected);
});

test('no two ends share a code', () => {
  const codes = Object.values(EXIT).map(({ code }) => code);
  assert.equal(new Set(codes).size, codes.length);
});

test('every fault at the start has its code; anything else is 1', () => {
  const storeCodes = {
    missing: 20,
    damaged: 20,
    not_a_database: 20,
    in_use: 21,
    newer_schema: 22,
    unavailable: 23,
  } as const;
  for (const [fault, code] of Object.entries(storeCodes))
    assert.equal(exitCodeOf(new StoreError(fault as keyof typeof storeCodes, 'x')), code);
  const startCodes = { data_unavailable: 23, cannot_listen: 24, wrong_secret_key: 25 } as const;
  for (const [fault, code] of Object.entries(startCodes))
    assert.equal(exitCodeOf(new StartError(fault as keyof typeof startCodes, 'x')), code);
  assert.equal(exitCodeOf(new Error('x')), 1);
  assert.equal(exitCodeOf('x'), 1);
});

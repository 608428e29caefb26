import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { hallpass, inFolder } from './process.ts';

test('--version prints the version of the package and nothing else', async () => {
  const manifest: { version: string } = JSON.parse(
    readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
  );
  for (const flag of ['--version', '-V'])
    assert.deepEqual(await hallpass([flag]), { code: 0, stdout: `${manifest.version}\n`, stderr: '' });
});

test('a token where a verb belongs is not repeated', async () => {
  const token = 'hp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17';
  for (const words of [[token], ['token', token], ['token', 'list', `--${token}`]]) {
    const { code, stderr } = await hallpass(words);
    assert.equal(code, 2);
    assert.match(stderr, /hp_…/);
    assert.ok(!stderr.includes(token));
  }
});

test('help begins with examples and names every verb', async () => {
  for (const words of [['--help'], ['-h'], ['help']]) {
    const { code, stdout, stderr } = await hallpass(words);
    assert.equal(code, 0);
    assert.equal(stderr, '');
    assert.match(stdout, /^Examples:\n {2}\$ hallpass serve/);
    assert.match(stdout, /^ {2}serve +run the server$/m);
    assert.match(stdout, /^ {2}config +show the settings/m);
  }
});

test('the help of a verb is the same either way, and lists the flags of the settings', async () => {
  const [asked, flagged] = await Promise.all([hallpass(['help', 'serve']), hallpass(['serve', '--help'])]);
  assert.equal(asked.code, 0);
  assert.equal(asked.stdout, flagged.stdout);
  const below = await Promise.all([
    hallpass(['help', 'token', 'create']),
    hallpass(['token', 'create', '--help']),
  ]);
  assert.match(below[0].stdout, /^Usage: hallpass token create /m);
  assert.equal(below[0].stdout, below[1].stdout);
  for (const flag of [
    '--port <NUMBER>',
    '--owner-key-file <FILE>',
    '--metrics-public [true|false]',
    '--config <FILE>',
  ])
    assert.ok(flagged.stdout.includes(flag), flag);
});

test('help and version load no verb and nothing that a server needs', () =>
  inFolder(async (folder) => {
    for (const flag of ['--help', '--version']) await hallpass([flag], { NODE_V8_COVERAGE: folder });
    const reports = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
    assert.equal(reports.length, 2);
    for (const report of reports) {
      assert.match(report, /dist\/cli\/verbs\.js/);
      assert.doesNotMatch(
        report,
        /dist\/(main|log|listen|config|cli\/(serve|config|login|connection|completion|token\/\w+)|config\/settings)\.js/,
      );
      assert.doesNotMatch(report, /node_modules\/(?!commander\/)/);
    }
  }));

test('without a verb, help goes to standard error and the exit code is 2', async () => {
  const { code, stdout, stderr } = await hallpass([]);
  assert.equal(code, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /^Examples:/);
});

test('an unknown verb or flag is told with what was probably meant', async () => {
  const verb = await hallpass(['srve']);
  assert.deepEqual(verb, {
    code: 2,
    stdout: '',
    stderr: "error: unknown command 'srve'\n(Did you mean serve?)\n",
  });
  const flag = await hallpass(['serve', '--upstrem', 'http://127.0.0.1:8080']);
  assert.deepEqual(flag, {
    code: 2,
    stdout: '',
    stderr: "error: unknown option '--upstrem'\n(Did you mean --upstream?)\n",
  });
});

test('a word too many and a flag without its value are mistakes', async () => {
  for (const words of [
    ['serve', 'now'],
    ['serve', '--port'],
  ]) {
    const { code, stderr } = await hallpass(words);
    assert.equal(code, 2);
    assert.match(stderr, /^error: /);
  }
});

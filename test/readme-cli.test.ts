import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { runningServer } from './running-server.ts';
import { ROOT } from './source-files.ts';

const run = promisify(execFile);
const BIN = join(ROOT, 'packages/server/dist/bin.js');
/** When a screen that does not come is a failure, in milliseconds. */
const LIMIT = 120_000;

/** The lines of the tour with the command line. */
function tour(): string[] {
  const [, section = ''] = readFileSync(join(ROOT, 'README.md'), 'utf8').split(
    '\n## The same with the command line\n',
  );
  const [, block = ''] = /^```console\n([\s\S]*?)^```$/m.exec(section) ?? [];
  const lines = block.trimEnd().split('\n');
  assert.ok(lines.length > 8);
  return lines;
}

function environmentOf(port: string, folder: string): Record<string, string> {
  const own = {
    HALLPASS_URL: `http://127.0.0.1:${port}`,
    XDG_CONFIG_HOME: join(folder, 'config'),
    TZ: 'UTC',
  };
  return { PATH: process.env['PATH'] ?? '', ...own };
}

const NPX = `npx() { shift; '${process.execPath}' '${BIN}' "$@"; }`;

test('the tour with the command line runs as a script, with nothing but data on standard output', async (t) => {
  const { port, folder } = await runningServer(t);
  const script = [NPX, ...tour()].join('\n');
  const env = environmentOf(port, folder);
  const { stdout, stderr } = await run('bash', ['-eu', '-c', script], { cwd: folder, env });
  assert.match(stdout, /^it may not write$/m);
  assert.match(stdout, /^it is refused$/m);
  assert.match(stdout, /\ttoken\.rotate\t/);
  for (const said of [
    /^Logged in to .* as owner/m,
    /^Created ci: active, may only read/m,
    /^Rotated ci: /m,
    /^Deleted ci/m,
  ])
    assert.match(stderr, said);
  assert.doesNotMatch(stderr, /chmod/);
  for (const file of ['token', 'new-token'])
    assert.match(readFileSync(join(folder, file), 'utf8'), /^hp_[0-9A-Za-z]{36}\n$/);
});

test('the tour with the command line runs on a terminal, line by line', async (t) => {
  const { port, folder } = await runningServer(t);
  const tmux = (...words: string[]) => run('tmux', ['-S', join(folder, 'tmux'), '-f', '/dev/null', ...words]);
  const assigned = Object.entries(environmentOf(port, folder)).map(([name, value]) => `${name}='${value}'`);
  const shell = `env PS1='PROMPT> ' ${assigned.join(' ')} bash --norc --noprofile`;
  await tmux('new-session', '-d', '-s', 'tour', '-x', '100', '-y', '50', '-c', folder, shell);
  const type = async (line: string, until: RegExp): Promise<string> => {
    await tmux('send-keys', '-t', 'tour', '-l', line);
    await tmux('send-keys', '-t', 'tour', 'Enter');
    for (const end = Date.now() + LIMIT; ; ) {
      const { stdout } = await tmux('capture-pane', '-p', '-t', 'tour');
      if (until.test(stdout)) return stdout;
      if (Date.now() > end) throw new Error(`The screen never showed ${until}:\n${stdout}`);
    }
  };
  try {
    await type(`${NPX}; clear`, /^PROMPT>\s*$/m);
    for (const [at, line] of tour().entries()) {
      const screen = await type(
        `clear; { ${line}; }; echo "line ${at} ended with $?"`,
        new RegExp(`^line ${at} ended with \\d+$`, 'm'),
      );
      assert.match(screen, new RegExp(`^line ${at} ended with 0$`, 'm'), line);
    }
  } finally {
    await tmux('kill-server');
  }
});

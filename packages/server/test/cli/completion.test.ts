import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { hallpass } from './process.ts';
import { everyCommand, wholeProgram } from './program.ts';

const { stdout: script } = await hallpass(['completion', 'bash']);

async function completed(...words: string[]): Promise<string[]> {
  const line = words.map((word) => `'${word}'`).join(' ');
  const driver = `COMP_WORDS=(hallpass ${line}); COMP_CWORD=${words.length}; _hallpass; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await promisify(execFile)('bash', ['-euc', `${script}\n${driver}`]);
  return stdout.split('\n').filter((word) => word !== '');
}

test('bash completes verbs, what stands below them, flags and choices', async () => {
  assert.deepEqual(await completed('to'), ['token']);
  assert.deepEqual(await completed('token', 'cr'), ['create']);
  assert.deepEqual(await completed('token', 'create', 'ci', '--exp'), ['--expires']);
  assert.deepEqual(await completed('operator', '--url', 'x', 'up'), ['update']);
  assert.deepEqual(await completed('completion', ''), ['bash', 'zsh', 'fish']);
  assert.deepEqual(await completed('audit', 'v'), ['verify']);
});

test('the script of every shell knows every verb and flag', async () => {
  const commands = everyCommand(await wholeProgram()).slice(1);
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout } = await hallpass(['completion', shell]);
    assert.equal(code, 0);
    for (const command of commands) {
      assert.ok(stdout.includes(command.name()), command.name());
      for (const { long } of command.options)
        assert.ok(stdout.includes(shell === 'fish' ? `-l ${long?.slice(2)}` : `${long}`), `${shell} ${long}`);
    }
  }
});

test('a shell that is not known is a mistake, with those that are', async () => {
  const { code, stderr } = await hallpass(['completion', 'ksh']);
  assert.equal(code, 2);
  assert.match(stderr, /bash, zsh, fish/);
});

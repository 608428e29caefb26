import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { BIN } from './process.ts';

const run = promisify(execFile);
/** When a screen that does not come is a failure, in milliseconds. */
const LIMIT = 15_000;
const PROMPT = 'PROMPT>';

/** A real terminal, 80 columns wide unless said otherwise, with a shell in which `hallpass` is a word. */
export interface Terminal {
  /** Types a line and Enter. */
  readonly type: (line: string) => Promise<void>;
  /** Presses keys by their tmux names: `Enter`, `Down`, `C-c`. */
  readonly press: (...keys: string[]) => Promise<void>;
  /** Keeps all that is printed from now on in a file, what is gone from the screen as well. */
  readonly record: (file: string) => Promise<void>;
  readonly resize: (columns: number) => Promise<void>;
  /** Waits until the screen fits; gives the screen. With `colours`, escape sequences are kept. */
  readonly until: (pattern: RegExp, options?: { readonly colours?: boolean }) => Promise<string>;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

export async function openTerminal(
  context: TestContext,
  env: Readonly<Record<string, string>>,
  columns = 80,
): Promise<Terminal> {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-'));
  const socket = join(folder, 'tmux');
  const tmux = (...words: string[]) => run('tmux', ['-S', socket, '-f', '/dev/null', ...words]);
  const variables = Object.entries({ TZ: 'UTC', XDG_CONFIG_HOME: folder, PS1: `${PROMPT} `, ...env });
  const assigned = variables.map(([name, value]) => `${name}=${quoted(value)}`).join(' ');
  const shell = `env ${assigned} bash --norc --noprofile`;
  const size = ['-x', String(columns), '-y', '40'];
  await tmux('new-session', '-d', '-s', 'test', ...size, '-c', folder, shell);
  context.after(() => {
    execFileSync('tmux', ['-S', socket, 'kill-server'], { stdio: 'ignore' });
    rmSync(folder, { recursive: true, force: true });
  });
  const type = async (line: string) => {
    await tmux('send-keys', '-t', 'test', '-l', line);
    await tmux('send-keys', '-t', 'test', 'Enter');
  };
  const until: Terminal['until'] = async (pattern, { colours = false } = {}) => {
    const end = Date.now() + LIMIT;
    for (let screen = ''; ; ) {
      ({ stdout: screen } = await tmux('capture-pane', '-p', '-t', 'test', ...(colours ? ['-e'] : [])));
      if (pattern.test(screen)) return screen;
      if (Date.now() > end) throw new Error(`The screen never showed ${pattern}:\n${screen}`);
    }
  };
  await until(new RegExp(PROMPT));
  await type(`hallpass() { ${quoted(process.execPath)} ${quoted(BIN)} "$@"; echo "ended with $?"; }; clear`);
  return {
    type,
    press: async (...keys) => void (await tmux('send-keys', '-t', 'test', ...keys)),
    record: async (file) => void (await tmux('pipe-pane', '-t', 'test', `cat > ${quoted(file)}`)),
    resize: async (width) => void (await tmux('resize-window', '-t', 'test', '-x', String(width))),
    until,
  };
}

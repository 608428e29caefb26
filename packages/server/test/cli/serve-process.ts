// `hallpass serve` around a server that behaves as the first word says; run as a process by serve.test.ts.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { liveUntilStopped } from 'hallpass/cli/lifetime';
import { run } from 'hallpass/cli/run';
import { createLogger } from 'hallpass/log';
import type { Start } from 'hallpass/running';
import { StartError } from 'hallpass/start-error';
import { StoreError } from 'hallpass/store/store';

const NEVER = new Promise<void>(() => {});

function failing(behaviour: string): Error | undefined {
  if (behaviour === 'in_use') return new StoreError('in_use', 'another server has it');
  if (behaviour === 'cannot_listen') return new StartError('cannot_listen', 'the port is taken');
  if (behaviour === 'bug') return new Error('a mistake in the code');
  return undefined;
}

const [behaviour = '', ...words] = process.argv.slice(2);

const start: Start = async (config, { stdout }) => {
  const error = failing(behaviour);
  const server = createServer().listen(0, '127.0.0.1');
  if (error) throw error;
  stdout(`started for port ${config.port}`);
  if (behaviour === 'throws') setImmediate(() => JSON.parse('{'));
  if (behaviour === 'rejects') Promise.reject(new Error('nobody waits for this'));
  return {
    address: 'http://127.0.0.1',
    stop: () => {
      stdout('stop was called');
      // The listening socket is left open on purpose: the end must not wait for it.
      return behaviour.startsWith('hangs') ? NEVER : Promise.resolve();
    },
    reload: async () => {
      stdout(`reload was called while ${server.listening ? 'listening' : 'closed'}`);
      if (behaviour === 'reload_fails') throw new Error('no such file');
    },
  };
};

const out = (text: string) => void process.stdout.write(text);
const exit = (code: number) => process.exit(code);
if (behaviour === 'hangs_briefly') {
  const log = createLogger('info');
  const config = { port: 0 } as Parameters<Start>[0];
  const stdout = (line: string) => out(`${line}\n`);
  await liveUntilStopped({ start: () => start(config, { log, stdout }), log, exit, stopLimit: 50 });
} else {
  const err = (text: string) => void process.stderr.write(text);
  const { stdin, stdout, stderr } = process;
  const io = {
    out,
    taken: () => Promise.resolve(),
    err,
    exit,
    start,
    now: Date.now,
    random: randomBytes,
    stdin,
    stdout,
    stderr,
  };
  process.exit(await run(['serve', ...words], io));
}

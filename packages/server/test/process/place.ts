import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { BIN, type Ended } from '../cli/process.ts';
import { type Answer, ask, type Question } from './ask.ts';

export interface Launch {
  /** More flags of `hallpass serve`. */
  readonly words?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What a shell does before it turns into the server, such as `ulimit -n 64`. */
  readonly shell?: string;
}

/** `hallpass serve` as a process of its own. */
export interface ServerProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Standard output so far: the log, and what is printed for people. */
  output(): string;
  /** Resolves when standard output holds `text`; rejects when the process ends without. */
  printed(text: string): Promise<void>;
}

/** One that is ready to be asked. */
export interface ReadyServer extends ServerProcess {
  readonly address: string;
  ask(question: Question): Promise<Answer>;
}

/** A data folder, and the servers that a test runs on it. */
export interface Place {
  readonly folder: string;
  readonly data: string;
  /** Starts a server on a free port. */
  launch(options?: Launch): ServerProcess;
  /** Called when the test has ended and every server with it, before the folder is removed. */
  atEnd(end: () => void): void;
  /** Starts a server and waits until it is ready. */
  serve(options?: Launch): Promise<ReadyServer>;
}

function watch(child: ChildProcess): ServerProcess {
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => resolve({ code, ...output }));
  });
  const printed = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => output.stdout.includes(text) && resolve();
      child.stdout?.on('data', look);
      look();
      ended.then(({ stderr }) => reject(new Error(`ended without printing ${text}: ${stderr}`)));
    });
  return { child, ended, output: () => output.stdout, printed };
}

/** The address in the line with which a server says that it is ready. */
export function addressIn(output: string): string {
  const line = output.split('\n').find((text) => text.includes('"msg":"ready"')) ?? '{}';
  return (JSON.parse(line) as { address: string }).address;
}

/** Servers are killed and the folder is removed when the test ends. */
export function place(context: TestContext): Place {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-process-'));
  const data = join(folder, 'data');
  const servers: ServerProcess[] = [];
  const endings: (() => void)[] = [];
  context.after(async () => {
    for (const { child } of servers) child.kill('SIGKILL');
    await Promise.all(servers.map(({ ended }) => ended));
    for (const end of endings) end();
    rmSync(folder, { recursive: true, force: true });
  });
  const launch = ({ words = [], env = {}, shell = ':' }: Launch = {}) => {
    const line = [process.execPath, BIN, 'serve', ...words];
    const all = { PATH: process.env['PATH'], HALLPASS_PORT: '0', HALLPASS_DATA: data, ...env };
    const server = watch(
      spawn('sh', ['-c', `${shell} && exec "$0" "$@"`, ...line], { cwd: folder, env: all }),
    );
    servers.push(server);
    return server;
  };
  const serve = async (options?: Launch) => {
    const server = launch(options);
    await server.printed('"msg":"ready"');
    const address = addressIn(server.output());
    return { ...server, address, ask: (question: Question) => ask(address, question) };
  };
  return { folder, data, launch, serve, atEnd: (end) => void endings.push(end) };
}

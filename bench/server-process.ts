import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Fault } from './fault.ts';

const POLL_MS = 2;
const START_LIMIT_MS = 120_000;

export interface Program {
  /** The file to run, and what it is told beside its port. */
  readonly file: string;
  readonly args: (port: number) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What answers 200 once it is ready. */
  readonly readyPath: string;
  /** Where its log goes. */
  readonly folder: string;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Below the ports that systems give to whoever asks for any: between here and its use nobody else takes it. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 30_000);
    if (await isFree(port)) return port;
  }
}

function answersOk(port: number, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ port, host: '127.0.0.1', path, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('error', () => resolve(false));
  });
}

/** A program under test, in a process of its own. */
export class ServerProcess {
  readonly port: number;
  /** Milliseconds from its start until it was ready. */
  readonly readyAfter: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number, readyAfter: number) {
    this.#child = child;
    this.port = port;
    this.readyAfter = readyAfter;
  }

  /** Resolves when it is ready. Rejects with a Fault when it ends before that. */
  static async start({ file, args, env, readyPath, folder }: Program): Promise<ServerProcess> {
    const port = await freePort();
    const log = join(folder, `server-${port}.log`);
    const output = openSync(log, 'a');
    const began = performance.now();
    const child = spawn(process.execPath, [file, ...args(port)], {
      stdio: ['ignore', output, output],
      env: { PATH: process.env['PATH'], ...env },
    });
    closeSync(output);
    running.add(child);
    child.once('exit', () => running.delete(child));
    while (!(await answersOk(port, readyPath))) {
      if (!running.has(child)) throw new Fault(`a server did not start: ${readFileSync(log, 'utf8')}`);
      if (performance.now() - began > START_LIMIT_MS) throw new Fault('a server did not become ready');
      await setTimeout(POLL_MS);
    }
    return new ServerProcess(child, port, performance.now() - began);
  }

  async stop(): Promise<void> {
    if (!running.has(this.#child)) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exit;
  }
}

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
  /** What is run with these words; it is told its port. */
  readonly command: string;
  readonly args: (port: number) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What answers 200, or another status that is named, once it is ready. */
  readonly readyPath: string;
  readonly readyStatus?: number;
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

function answers(port: number, path: string, status: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ port, host: '127.0.0.1', path, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === status);
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
  static async start(program: Program): Promise<ServerProcess> {
    const { command, args, env, readyPath, readyStatus = 200, folder } = program;
    const port = await freePort();
    const log = join(folder, `server-${port}.log`);
    const output = openSync(log, 'a');
    const began = performance.now();
    const child = spawn(command, args(port), {
      cwd: folder,
      stdio: ['ignore', output, output],
      env: { PATH: process.env['PATH'], ...env },
    });
    closeSync(output);
    running.add(child);
    for (const end of ['exit', 'error']) child.once(end, () => running.delete(child));
    while (!(await answers(port, readyPath, readyStatus))) {
      if (!running.has(child)) throw new Fault(`${command} did not start: ${readFileSync(log, 'utf8')}`);
      if (performance.now() - began > START_LIMIT_MS) throw new Fault(`${command} did not become ready`);
      await setTimeout(POLL_MS);
    }
    return new ServerProcess(child, port, performance.now() - began);
  }

  /** How much memory it holds, in bytes. Throws a Fault where the system does not say. */
  residentBytes(): number {
    try {
      const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
    } catch {
      throw new Fault('this system does not tell the memory of a process');
    }
  }

  async stop(): Promise<void> {
    if (!running.has(this.#child)) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exit;
  }
}

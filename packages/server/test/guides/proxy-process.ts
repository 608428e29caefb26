import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { atEnd } from '../server.ts';

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function isAnswered(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true));
    socket.on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

function end(child: ChildProcess): Promise<unknown> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  return ended;
}

export interface Command {
  readonly program: string;
  readonly words: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly port: number;
}

/** Runs a proxy in the foreground until the test ends. Resolves when it takes connections. */
export async function startProxy(t: TestContext, { program, words, env, cwd, port }: Command): Promise<void> {
  const child = spawn(program, words, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  let gone = false;
  child.on('error', (error) => {
    said += error.message;
    gone = true;
  });
  let wanted = true;
  child.on('exit', () => {
    gone = true;
    if (wanted) t.diagnostic(`${program} ended by itself: ${said}`);
  });
  atEnd(t, () => {
    wanted = false;
    return end(child);
  });
  while (!(await isAnswered(port))) {
    if (gone) throw new Error(`${program} ended: ${said}`);
    await pause(20);
  }
}

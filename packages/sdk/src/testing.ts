import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decide } from '@hallpass/core/decide';
import { type Digest, digestOf } from '@hallpass/core/digest';
import { newTokenId } from '@hallpass/core/id';
import { readName } from '@hallpass/core/name';
import { mint } from '@hallpass/core/token';
import { TokenTable } from '@hallpass/core/token-table';
import { DENY, type DenyReason, type Verdict } from '@hallpass/core/verdict';
import { AdminClient } from './admin.ts';
import type { CheckOptions, Guard } from './guard.ts';
import { accessAsked, type Checkable, presentedBy } from './request.ts';
import { SURROUNDINGS } from './surroundings.ts';

/** A server of one's own, on a free port and in a folder that goes when it stops. */
export interface TestHallpass {
  readonly url: string;
  readonly ownerKey: string;
  /** What `connect` takes. */
  readonly verifierKey: string;
  /** The management API, as the owner. */
  readonly admin: AdminClient;
  stop(): Promise<void>;
}

/** What is left to do if the process exits while servers run: a test that fails or exits never comes to its end. */
const leaving = new Set<() => void>();

function leave(): void {
  for (const act of leaving) act();
}

/**
 * Runs in the server's process, and in each of its threads, which are to do nothing: who dies of a signal tells nobody,
 * but its end of the pipe is closed.
 */
const END_WITH_PARENT = `import { rmSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
if (isMainThread) process.stdin.resume().on('close', () => {
  rmSync(process.cwd(), { recursive: true, force: true, maxRetries: 5 });
  process.exit();
});`;

/** The address in the line that a server logs when it is ready. */
async function addressIn(output: AsyncIterable<unknown>): Promise<string> {
  let said = '';
  for await (const chunk of output) {
    said += String(chunk);
    const address = /"address":"([^"]+)".*"msg":"ready"/.exec(said)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error(`The server did not start.\n${said}`);
}

/**
 * Starts the server of the `hallpass` package that is installed beside the tests, in a process of its own. None of the
 * settings in the environment reach it. Rejects where the package is not installed, or the server does not start.
 */
export async function startHallpass(): Promise<TestHallpass> {
  const program = createRequire(join(process.cwd(), 'package.json')).resolve('hallpass/bin');
  const folder = await mkdtemp(join(tmpdir(), 'hallpass-'));
  const ownerKey = mint('hpo_', SURROUNDINGS.random).reveal();
  const env = { PORT: '0', HALLPASS_DATA: join(folder, 'data'), HALLPASS_OWNER_KEY: ownerKey };
  const watch = `--import=data:text/javascript,${encodeURIComponent(END_WITH_PARENT)}`;
  const child = spawn(process.execPath, [watch, program, 'serve'], { cwd: folder, env });
  const exited = once(child, 'exit');
  const remove = { recursive: true, force: true, maxRetries: 5 };
  const kill = () => {
    child.kill('SIGKILL');
    rmSync(folder, remove);
  };
  // One listener for all: the process warns of many.
  if (leaving.size === 0) process.once('exit', leave);
  leaving.add(kill);
  const stop = async () => {
    leaving.delete(kill);
    if (leaving.size === 0) process.off('exit', leave);
    child.kill('SIGKILL');
    await exited;
    await rm(folder, remove);
  };
  try {
    child.stderr.resume();
    const url = await addressIn(child.stdout.iterator({ destroyOnReturn: false }));
    child.stdout.resume();
    const admin = new AdminClient({ url, key: ownerKey });
    const { record } = await admin.createOperator({ name: 'verifier', role: 'verifier' });
    return { url, ownerKey, verifierKey: record.key, admin, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

export interface FakeTerms {
  readonly name?: string;
  readonly write?: boolean;
  readonly active?: boolean;
  /** Milliseconds since the epoch; null: never. */
  readonly expiresAt?: number | null;
}

/** A guard without a server: it decides as a real one does, by tokens that the test makes. */
export class FakeGuard implements Guard {
  readonly #tokens = new TokenTable({ names: true });
  readonly #digests = new Map<string, Digest>();
  #closed = false;
  /** While it is set, every request is refused for it: `stale`, for example. */
  refusing: DenyReason | undefined;
  revision = 0;
  readonly fresh = true;
  readonly ageMs = 0;

  /** A new token; what it returns goes behind `Bearer `. Throws a TypeError for a name that a server refuses. */
  issue({ name, write = true, active = true, expiresAt = null }: FakeTerms = {}): string {
    const { now, random } = SURROUNDINGS;
    const value = mint('hp_', random).reveal();
    const digest = digestOf(value);
    const id = newTokenId(now().wall, random);
    const own = name === undefined ? this.#freeName() : this.#newName(name);
    this.#tokens.set({ digest, id, name: own, write, active, expiresAt });
    this.#digests.set(own, digest);
    this.revision++;
    return value;
  }

  revoke(value: string): void {
    const digest = digestOf(value);
    if (!this.#tokens.delete(digest)) return;
    for (const [name, other] of this.#digests) if (other === digest) this.#digests.delete(name);
    this.revision++;
  }

  #freeName(): string {
    let number = this.revision + 1;
    while (this.#digests.has(`test ${number}`)) number++;
    return `test ${number}`;
  }

  #newName(wanted: string): string {
    const read = readName(wanted);
    if (!read.ok) throw new TypeError(`name ${read.message}.`);
    if (this.#digests.has(read.name)) throw new TypeError(`There is a token with the name ${read.name}.`);
    return read.name;
  }

  check(request: Checkable, options?: CheckOptions): Verdict {
    if (this.#closed) return DENY.not_ready;
    if (this.refusing) return DENY[this.refusing];
    try {
      const presented = presentedBy(request);
      const access = accessAsked(request, options?.write);
      return decide({ presented, access }, this.#tokens, SURROUNDINGS.now().wall);
    } catch {
      return DENY.fault;
    }
  }

  ready(): Promise<void> {
    return this.#closed ? Promise.reject(new Error('The guard is closed.')) : Promise.resolve();
  }

  on(): () => void {
    return () => {};
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }
}

export function fakeGuard(): FakeGuard {
  return new FakeGuard();
}

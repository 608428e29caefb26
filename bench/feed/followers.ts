import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { formatPosition } from '@hallpass/core/replica-position';
import { SnapshotDecoder } from '@hallpass/core/replica-snapshot-decoder';
import { Fault } from '../fault.ts';
import { OWNER_KEY } from '../hallpass.ts';
import type { CommitTimes, FeedOrder, FeedPlan, FeedReport } from './plan.ts';

const PROGRAM = fileURLToPath(new URL('./replicas.js', import.meta.url));

/** The place a snapshot of this server stands for. */
export async function placeOf(port: number): Promise<string> {
  const headers = { Authorization: `Bearer ${OWNER_KEY}`, 'Hallpass-Feed': '1' };
  const answer = await fetch(`http://127.0.0.1:${port}/_/feed/snapshot`, { headers });
  const parts = [...new SnapshotDecoder().push(new Uint8Array(await answer.arrayBuffer()))];
  const end = parts.at(-1);
  if (end?.kind !== 'end') throw new Fault('a snapshot was not whole');
  return formatPosition(end.head);
}

/** Replicas in a process of their own. */
export class Followers {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, lines: Readable) {
    this.#child = child;
    this.#lines = createInterface({ input: lines })[Symbol.asyncIterator]();
  }

  /** Resolves when the process is there: its own start is no part of what is measured. */
  static async start(): Promise<Followers> {
    const child = spawn(process.execPath, [PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] });
    const followers = new Followers(child, child.stdout);
    await followers.#report('ready');
    return followers;
  }

  /** Milliseconds that it took until all were greeted. Who followed another server leaves it for this one. */
  async connect(plan: Omit<FeedPlan, 'key'>): Promise<number> {
    this.#order({ kind: 'connect', plan: { ...plan, key: OWNER_KEY } });
    return (await this.#report('connected')).after;
  }

  async end(commits: CommitTimes = []): Promise<Extract<FeedReport, { kind: 'ended' }>> {
    this.#order({ kind: 'end', commits });
    this.#child.stdin?.end();
    return this.#report('ended');
  }

  #order(order: FeedOrder): void {
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`);
  }

  async #report<K extends FeedReport['kind']>(kind: K): Promise<Extract<FeedReport, { kind: K }>> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Fault('the replicas have failed');
    const report = JSON.parse(value) as FeedReport;
    if (report.kind !== kind) throw new Fault('the replicas said something else');
    return report as Extract<FeedReport, { kind: K }>;
  }
}

import { DEFAULT_MAX_STALENESS, Replica } from '@hallpass/core/replica';
import { FRESH_FOR } from '@hallpass/core/replica-following';
import { Feed } from './feed.ts';
import { Follower } from './follower.ts';
import type { Guard, GuardEvents, Trouble } from './guard.ts';
import { Recording } from './recording.ts';
import { ReplicaGuard } from './replica-guard.ts';
import { restore } from './restore.ts';
import { type FileFault, SnapshotFile } from './snapshot-file.ts';
import { SURROUNDINGS, type Surroundings } from './surroundings.ts';
import { Usage } from './usage.ts';
import { UsageReports } from './usage-reports.ts';
import { type KeyOptions, keySource } from './verifier-key.ts';
import { within } from './within.ts';

export interface ConnectOptions extends KeyOptions {
  /** Where the server is, for example `http://127.0.0.1:4255`. A path is the prefix that the server was given. */
  readonly url: string;
  /** Milliseconds for which verdicts go on without word from the server; a day unless said otherwise, 15,000 at least. */
  readonly maxStaleness?: number;
  /** The first listener of `stale`. */
  readonly onStale?: (event: GuardEvents['stale']) => void;
  /** A file for this process alone, sealed with the key, to start from when the server is down. */
  readonly snapshotFile?: string;
  /** What the server calls this process: 1 to 48 of `0-9A-Za-z_-`. The host's name and something random otherwise. */
  readonly name?: string;
  /** False: `principal.name` is empty, and each token takes less memory. */
  readonly names?: boolean;
  readonly surroundings?: Surroundings;
}

const FAULTS: Readonly<Record<FileFault, (why: string) => string>> = {
  written: (why) =>
    `cannot be written (${why}). Verdicts go on. It is removed once it lacks a change, and made anew when it can be; a start without the server has no copy meanwhile.`,
  removed: (why) =>
    `lacks changes, and cannot be removed (${why}). Remove it: a start without the server would go by it. No change is confirmed while it is there.`,
};
const NAME = /^[0-9A-Za-z_-]{1,48}$/;
/** Milliseconds that the last report may take once the guard is closed. */
const LAST_REPORT = 2_000;

function nameOf({ name }: ConnectOptions, { host, random }: Surroundings): string {
  if (name === undefined) {
    const start = host.replace(/[^0-9A-Za-z_-]+/g, '-').slice(0, 37);
    return `${start}-${Buffer.from(random(6)).toString('hex').slice(0, 10)}`;
  }
  if (!NAME.test(name)) throw new TypeError('name takes 1 to 48 of 0-9, A-Z, a-z, _ and -.');
  return name;
}

function staleness({ maxStaleness = DEFAULT_MAX_STALENESS }: ConnectOptions): number {
  if (maxStaleness >= FRESH_FOR) return maxStaleness;
  throw new TypeError(`maxStaleness is in milliseconds and at least ${FRESH_FOR}.`);
}

function checkUrl({ url }: ConnectOptions): void {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new TypeError('url is where the server is, such as http://127.0.0.1:4255.');
}

/**
 * Follows a server and decides here: the guard has a copy of all tokens, and `check` asks nobody. It begins at once;
 * `ready()` waits for the copy. Throws a TypeError for options that cannot be right; whatever goes wrong later is told
 * as `trouble`, and tried again.
 */
export function connect(options: ConnectOptions): Guard {
  checkUrl(options);
  const surroundings = options.surroundings ?? SURROUNDINGS;
  const key = keySource(options);
  const name = nameOf(options, surroundings);
  const replica = new Replica({ maxStaleness: staleness(options), names: options.names ?? true });
  const feed = new Feed({ url: options.url, key, name, surroundings });
  const usage = new Usage((act) => surroundings.later(0, act));
  const reports = new UsageReports({
    usage,
    name,
    send: (report) => feed.post('/usage', report),
    surroundings,
  });
  const onTrouble = (trouble: Trouble) => guard.trouble(trouble);
  const file = fileOf(options, surroundings, onTrouble);
  const follower = new Follower({
    replica,
    feed,
    recording: new Recording({
      file,
      key,
      load: (signal) => feed.snapshot(signal),
      chance: surroundings.chance,
      now: surroundings.now,
      onUnrenewed: (why) => {
        const message = `The snapshot file ${options.snapshotFile} could not be made anew. ${why}`;
        onTrouble({ code: 'snapshot_file', message });
      },
    }),
    surroundings,
    onProgress: () => guard.progress(),
    onBegun: () => guard.begun(),
    onTrouble,
  });
  const guard = new ReplicaGuard(replica, usage, surroundings, async () => {
    follower.close();
    await within(LAST_REPORT, reports.close(), surroundings);
    await running;
    await file?.close();
    feed.close();
  });
  if (options.onStale) guard.on('stale', options.onStale);
  const running = begin();
  return guard;

  async function begin(): Promise<void> {
    if (file) await restoreFrom(file);
    guard.progress();
    reports.start();
    await follower.run();
  }

  async function restoreFrom(from: SnapshotFile): Promise<void> {
    try {
      await restore(replica, from, await key(), surroundings.now);
    } catch (error) {
      const why = error instanceof Error ? error.message : '';
      const message = `The snapshot file ${options.snapshotFile} is not used. ${why} It is replaced once the server answers.`;
      onTrouble({ code: 'snapshot_file', message });
    }
  }
}

function fileOf(
  { snapshotFile }: ConnectOptions,
  { random, later }: Surroundings,
  onTrouble: (trouble: Trouble) => void,
): SnapshotFile | undefined {
  if (snapshotFile === undefined) return undefined;
  const onFault = (fault: FileFault, error: unknown) => {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'fault';
    const message = `The snapshot file ${snapshotFile} ${FAULTS[fault](why)}`;
    onTrouble({ code: 'snapshot_file', message });
  };
  return new SnapshotFile({ path: snapshotFile, random, later, onFault });
}

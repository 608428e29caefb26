import { Replica } from '@hallpass/core/replica';
import { Feed } from './feed.ts';
import { Follower } from './follower.ts';
import type { Guard, Trouble } from './guard.ts';
import { type ConnectOptions, checkOptions, nameOf, stalenessOf } from './options.ts';
import { Recording } from './recording.ts';
import { ReplicaGuard } from './replica-guard.ts';
import { restore } from './restore.ts';
import { type FileFault, SnapshotFile } from './snapshot-file.ts';
import { SURROUNDINGS, type Surroundings } from './surroundings.ts';
import { Usage } from './usage.ts';
import { UsageReports } from './usage-reports.ts';
import { keySource } from './verifier-key.ts';
import { within } from './within.ts';

export type { CheckOptions, DenyReason, Guard, GuardEvents, Principal, Trouble, Verdict } from './guard.ts';
export type { ConnectOptions } from './options.ts';

const FAULTS: Readonly<Record<FileFault, (why: string) => string>> = {
  written: (why) =>
    `cannot be written (${why}). Verdicts go on. It is removed once it lacks a change, and made anew when it can be; a start without the server has no copy meanwhile.`,
  removed: (why) =>
    `lacks changes, and cannot be removed (${why}). Remove it: a start without the server would go by it. No change is confirmed while it is there.`,
};
/** Milliseconds that the last report may take once the guard is closed. */
const LAST_REPORT = 2_000;

/**
 * Follows a server and decides here: the guard has a copy of all tokens, and `check` asks nobody. It begins at once;
 * `ready()` waits for the copy. Throws a TypeError for options that cannot be right; whatever goes wrong later is told
 * as `trouble`, and tried again.
 */
export function connect(options: ConnectOptions): Guard {
  checkOptions(options);
  const surroundings = options.surroundings ?? SURROUNDINGS;
  const key = keySource(options);
  const name = nameOf(options, surroundings);
  const replica = new Replica({ maxStaleness: stalenessOf(options), names: options.names ?? true });
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
    onSound: () => guard.sound(),
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

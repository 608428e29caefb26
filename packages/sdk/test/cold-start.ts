import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ConnectOptions } from '@hallpass/sdk/connect';
import { type Guarded, guarded, newFeed } from './guarded.ts';
import type { ModelFeed } from './model-feed.ts';
import type { World } from './world.ts';

export function place(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-sdk-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'tokens.snapshot');
}

/** Another one each time that the file is made anew; undefined while there is none. */
export function inodeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.ino;
}

function down({ feed, world }: { feed: ModelFeed; world: World }): { feed: ModelFeed; world: World } {
  world.fetch = () => Promise.reject(new TypeError('fetch failed'));
  return { feed, world };
}

/** Closes a guard; what it had still to write is on disk then. */
export async function ended({ guard, world }: Guarded): Promise<void> {
  let done = false;
  const closed = guard.close().then(() => {
    done = true;
  });
  await world.whenReal(() => done);
  await closed;
}

/** A guard that has followed, and written what it got. */
export async function kept(
  t: TestContext,
  file: string,
  act: (all: Guarded) => void = () => {},
): Promise<Guarded> {
  const all = guarded(t, { snapshotFile: file });
  await all.world.whenReal(() => all.guard.fresh && all.feed.streams === 1);
  act(all);
  const { revision } = all.feed.head;
  await all.world.whenReal(() => all.guard.revision === revision);
  await ended(all);
  return all;
}

/** A start on a file while no server answers. */
export async function coldStart(
  t: TestContext,
  options: Partial<ConnectOptions>,
  later = 0,
): Promise<Guarded> {
  const surrounding = down(newFeed());
  surrounding.world.wall += later;
  const all = guarded(t, options, surrounding);
  await all.world.whenReal(() => all.troubles.some(({ code }) => code === 'unreachable'));
  return all;
}

import type { TestContext } from 'node:test';
import { type ConnectOptions, connect } from '@hallpass/sdk/connect';
import type { Guard, Trouble } from '@hallpass/sdk/guard';
import { KEY, ModelFeed, secretOf, tokenOf } from './model-feed.ts';
import { World } from './world.ts';

export interface Guarded {
  readonly guard: Guard;
  readonly feed: ModelFeed;
  readonly world: World;
  readonly troubles: Trouble[];
  /** The reason of a refusal, or `allow`. */
  readonly verdict: (n: number, write?: boolean) => string;
}

export function verdictOf(guard: Guard, n: number, write = false): string {
  const verdict = guard.check(`Bearer ${secretOf(n)}`, { write });
  return verdict.allow ? 'allow' : verdict.reason;
}

/** A feed that holds these tokens, in a world of its own. */
export function newFeed(tokens: readonly number[] = [0, 1]): { feed: ModelFeed; world: World } {
  const feed = new ModelFeed();
  const world = new World((input, init) => feed.fetch(input, init));
  feed.world = world;
  for (const n of tokens) feed.put(tokenOf(n));
  return { feed, world };
}

/** A guard in front of a model server that holds the tokens 0 and 1; closed when the test ends. */
export function guarded(
  context: TestContext,
  options: Partial<ConnectOptions> = {},
  { feed, world } = newFeed(),
): Guarded {
  const guard = connect({
    url: 'http://hallpass.test',
    ...(options.keyFile === undefined ? { key: KEY } : {}),
    surroundings: world,
    ...options,
  });
  const troubles: Trouble[] = [];
  guard.on('trouble', (trouble) => troubles.push(trouble));
  context.after(async () => {
    const closed = guard.close();
    await world.pass(10_000);
    await closed;
  });
  return { guard, feed, world, troubles, verdict: (n, write) => verdictOf(guard, n, write) };
}

/** The same, once it follows. */
export async function following(
  context: TestContext,
  options: Partial<ConnectOptions> = {},
): Promise<Guarded> {
  const all = guarded(context, options);
  await all.world.until(() => all.guard.fresh && all.feed.streams === 1);
  return all;
}

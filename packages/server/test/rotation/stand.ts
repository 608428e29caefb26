import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { statesOf } from '@hallpass/core/change';
import { loadTokens } from '@hallpass/core/packed';
import { TokenTable } from '@hallpass/core/token-table';
import type { Caller } from 'hallpass/control/caller';
import type { Control } from 'hallpass/control/control';
import { createToken } from 'hallpass/control/create-token';
import { type Rotation, rotateToken } from 'hallpass/control/rotate-token';
import { Turns } from 'hallpass/control/turns';
import { EmptyVault } from 'hallpass/control/vault';
import { Live } from 'hallpass/live';
import { createLogger } from 'hallpass/log';
import { Retirement } from 'hallpass/retirement';
import { openSqlite } from 'hallpass/store/sqlite/open';
import type { Store } from 'hallpass/store/store';
import { Usage } from 'hallpass/usage';
import { sampleOperator, writeOf } from '../store/samples.js';

export const NOW = 1_800_000_000_000;

const OWNER = sampleOperator({ name: 'ops' });

export const CALLER: Caller = { operator: OWNER, address: null, requestId: 'request' };

/** A server without doors on a clock of its own: what is decided, stored and taken away. */
export interface Stand {
  now: number;
  readonly store: Store;
  readonly live: Live;
  readonly control: Control;
  readonly retirement: Retirement;
  create(name: string, expiresAt?: number | null): Promise<string>;
  rotate(name: string, rotation?: Partial<Rotation>): Promise<string>;
  /** A request with this value, as a door asks. */
  use(value: string): boolean;
  /** Whether the table lets the value in; nobody notes a use. */
  knows(value: string): boolean;
  /** Ends the process and starts it anew; `crash` leaves undone what was to be done behind. */
  restart(how?: 'crash'): Promise<void>;
  close(): Promise<void>;
}

interface Parts {
  readonly store: Store;
  readonly live: Live;
  readonly control: Control;
  readonly retirement: Retirement;
}

async function build(file: string, clock: () => number): Promise<Parts> {
  const store = await openSqlite({ file, random: randomBytes, clock });
  const tokens = new TokenTable();
  const live = new Live(tokens, new Usage(), clock);
  store.follow((changes) => live.apply(changes));
  const head = await store.load(
    (count) => tokens.reserve(count),
    (batch) => loadTokens(tokens, batch),
  );
  for (const token of await store.tokensAwaitingUse())
    for (const state of statesOf(token)) live.firstUses.put(state);
  live.open(head.revision);
  const control = { store, vault: new EmptyVault(), clock, random: randomBytes, turns: new Turns() };
  const log = createLogger('fatal', { write: () => {} });
  return { store, live, control, retirement: new Retirement(control, live, log) };
}

export async function stand(): Promise<Stand> {
  const folder = await mkdtemp(join(tmpdir(), 'hallpass-rotation-'));
  const file = join(folder, 'hallpass.db');
  const clock = (): number => made.now;
  const use = (value: string) => made.live.check({ presented: value, access: 'read' }, 'forward_auth').allow;
  const made = {
    now: NOW,
    ...(await build(file, clock)),
    use,
    async create(name: string, expiresAt: number | null = null): Promise<string> {
      const input = { name, expiresAt, active: true, write: true, description: '' };
      return (await createToken(made.control, CALLER, input)).value?.reveal() ?? '';
    },
    async rotate(name: string, rotation: Partial<Rotation> = {}): Promise<string> {
      const all = { name, untilFirstUse: false, ...rotation };
      return (await rotateToken(made.control, CALLER, all)).value?.reveal() ?? '';
    },
    knows(value: string): boolean {
      const copy = new Live(made.live.tokens, new Usage(), clock);
      copy.open(0);
      return copy.check({ presented: value, access: 'read' }, 'forward_auth').allow;
    },
    async restart(how?: 'crash'): Promise<void> {
      if (how === 'crash') made.live.followFirstUses(() => {});
      await made.retirement.stop();
      await made.store.close();
      Object.assign(made, await build(file, clock));
    },
    async close(): Promise<void> {
      await made.retirement.stop();
      await made.store.close();
      await rm(folder, { recursive: true });
    },
  };
  await made.store.commit(writeOf({ kind: 'insert_operator', operator: OWNER }));
  return made;
}

/** Runs `body` with a stand of its own. */
export function withStand(body: (stand: Stand) => Promise<void>): () => Promise<void> {
  return async () => {
    const made = await stand();
    try {
      await body(made);
    } finally {
      await made.close();
    }
  };
}

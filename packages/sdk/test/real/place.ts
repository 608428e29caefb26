import type { TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { type ConnectOptions, connect } from '@hallpass/sdk/connect';
import type { Guard } from '@hallpass/sdk/guard';
import { SURROUNDINGS } from '@hallpass/sdk/surroundings';
import { startHallpass, type TestHallpass } from '@hallpass/sdk/testing';

/** Which replicas have a change, as its answer says. */
export interface Waited {
  readonly revision: number;
  readonly replicas: { readonly confirmed: number; readonly pending: readonly string[] };
}

export interface Place {
  readonly hallpass: TestHallpass;
  readonly guard: Guard;
  /** A new token's value. */
  readonly issue: (name: string, write?: boolean) => Promise<string>;
  /** Removes a token and waits for the replicas, at most so many milliseconds. */
  readonly remove: (name: string, wait: number) => Promise<Waited>;
  /** The reason of a refusal, or `allow`. */
  readonly verdict: (value: string) => string;
}

/** Waits for what other processes do. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await turn();
}

/** A real server and a guard that follows it. */
export async function place(t: TestContext, options: Partial<ConnectOptions> = {}): Promise<Place> {
  const hallpass = await startHallpass();
  t.after(() => hallpass.stop());
  const { url, admin, ownerKey, verifierKey } = hallpass;
  const guard = connect({
    url,
    key: verifierKey,
    // What warns is looked at by those who listen.
    surroundings: { ...SURROUNDINGS, warn: () => {} },
    ...options,
  });
  t.after(() => guard.close());
  return {
    hallpass,
    guard,
    issue: async (name, write = true) => (await admin.createToken({ name, write })).record.token ?? '',
    remove: async (name, wait) => {
      const response = await fetch(`${url}/_/token?name=${encodeURIComponent(name)}&wait=${wait}`, {
        method: 'DELETE',
        headers: { Authorization: `Bearer ${ownerKey}` },
      });
      return (await response.json()) as Waited;
    },
    verdict: (value) => {
      const verdict = guard.check(`Bearer ${value}`, { write: false });
      return verdict.allow ? 'allow' : verdict.reason;
    },
  };
}

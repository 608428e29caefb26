import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { digestOf, digestToBytes } from '@hallpass/core/digest';
import { DatabaseSync } from '@photostructure/sqlite';
import fc from 'fast-check';
import { startServer, type TestServer, temporaryFolder } from '../server.ts';
import { type Follower, follow } from './follower.ts';

const NAMES = ['a', 'b', 'c'];
const KEPT = '3';

type Step =
  | { readonly kind: 'write'; readonly name: string; readonly active: boolean; readonly write: boolean }
  | { readonly kind: 'delete'; readonly name: string }
  | { readonly kind: 'operator' | 'back_up' | 'restore' | 'restart' }
  | { readonly kind: 'reconnect' | 'join'; readonly which: number };

const name = fc.constantFrom(...NAMES);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ kind: fc.constant('write'), name, active: fc.boolean(), write: fc.boolean() }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete'), name }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('reconnect', 'join'), which: fc.nat(9) }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constantFrom('operator', 'back_up', 'restore', 'restart') }),
    },
  ) as fc.Arbitrary<Step>,
  { minLength: 5, maxLength: 25 },
);

/** A server that is written to, restarted and restored, and the replicas that follow it all along. */
class World {
  readonly #context: TestContext;
  readonly #backup: string;
  readonly #values = new Map<string, Set<string>>();
  readonly #followers: Follower[] = [];
  #server: TestServer;
  #backedUp = false;
  #count = 0;

  private constructor(context: TestContext, server: TestServer) {
    this.#context = context;
    this.#server = server;
    this.#backup = temporaryFolder(context);
  }

  static async open(context: TestContext): Promise<World> {
    const world = new World(context, await startServer(context, { journalRows: KEPT }));
    await world.step({ kind: 'join', which: 0 });
    return world;
  }

  async step(step: Step): Promise<void> {
    const { admin } = this.#server;
    switch (step.kind) {
      case 'write':
        return this.#write(step);
      case 'delete':
        return void (await this.#server.call('DELETE', `/_/token?name=${step.name}`));
      case 'operator':
        return void (await admin.createOperator({ name: `o${++this.#count}`, role: 'auditor' }));
      case 'join':
        if (this.#followers.length < 3) this.#followers.push(await follow(this.#context, this.#server.url));
        return;
      case 'reconnect':
        return this.#followers[step.which % this.#followers.length]?.again();
      case 'restart':
        return this.#restart(() => undefined);
      case 'back_up':
        this.#backedUp = true;
        return this.#restart(() => cpSync(this.#server.data, this.#backup, { recursive: true }));
      case 'restore':
        if (this.#backedUp) await this.#restart(() => this.#restore());
        return;
    }
  }

  async #write({ name, active, write }: Extract<Step, { kind: 'write' }>): Promise<void> {
    const body = { name, active, write };
    const created = await this.#server.call('POST', '/_/token', { body });
    if (created.status !== 201) await this.#server.call('PATCH', '/_/token', { body });
    else {
      const values = this.#values.get(name) ?? new Set();
      this.#values.set(name, values.add(String(created.body.data[0]?.['token'])));
    }
  }

  async #restart(meanwhile: () => void): Promise<void> {
    const { port } = new URL(this.#server.url);
    await this.#server.stop();
    meanwhile();
    this.#server = await startServer(this.#context, { data: this.#server.data, port, journalRows: KEPT });
    for (const follower of this.#followers) await follower.again();
  }

  #restore(): void {
    const { data } = this.#server;
    rmSync(data, { recursive: true });
    cpSync(this.#backup, data, { recursive: true });
    const database = new DatabaseSync(join(data, 'hallpass.db'));
    database.prepare('update head set epoch = ?').run(`restored-${++this.#count}`);
    database.close();
  }

  /** Every replica comes to hold what the server holds, token for token. */
  async assertEqual(): Promise<void> {
    const answer = await this.#server.call('PATCH', '/_/token?wait=30000', {
      body: { name: 'last', description: String(++this.#count) },
    });
    assert.deepEqual(answer.body.replicas?.pending, []);
    const records = new Map<string, unknown>();
    for await (const record of this.#server.admin.listTokens()) records.set(record.id, record);
    for (const { replica } of this.#followers) {
      assert.equal(replica.tokens.size, records.size);
      for (const value of [...this.#values.values()].flatMap((values) => [...values])) {
        const bytes = digestToBytes(digestOf(value));
        const found = replica.tokens.find(Int32Array.from({ length: 8 }, (_, i) => bytes.readInt32BE(i * 4)));
        if (!found) continue;
        const { id, active, write } = found;
        const record = records.get(id) as { name: string; active: boolean; write: boolean } | undefined;
        assert.deepEqual({ active, write }, record && { active: record.active, write: record.write });
      }
    }
  }
}

test('C94: replicas of a server that is written to, restarted, trimmed and restored end with its very tokens', async (t) => {
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const world = await World.open(t);
      await world.step({ kind: 'write', name: 'last', active: true, write: true });
      for (const step of all) await world.step(step);
      await world.step({ kind: 'write', name: 'last', active: true, write: true });
      await world.assertEqual();
    }),
    { numRuns: 6, interruptAfterTimeLimit: 60_000, endOnFailure: true },
  );
});

import { statusOf } from '@hallpass/core/record';
import type { Kysely, Transaction } from 'kysely';
import type { Asking, JournalEntry, Outcome, Refusal, Write } from '../store.ts';
import { auditRow } from './audit.ts';
import { noHead } from './head.ts';
import { findRepeated, remember } from './idempotency.ts';
import { entryOf, journalRow } from './journal.ts';
import { insertRows, runKnown } from './known-query.ts';
import { mutate } from './mutation.ts';
import { type Standing, standingOf } from './operators.ts';
import type { AuditRow, HeadRow, Schema } from './schema.ts';

/** What one transaction made of its writes: an outcome each, and all changes in the order of revisions. */
export interface Committed {
  readonly outcomes: readonly Outcome[];
  readonly entries: readonly JournalEntry[];
}

/** Takes hold of the head row until the transaction ends, so that commits are in the order of revisions. */
async function holdHead(db: Transaction<Schema>): Promise<HeadRow> {
  const hold = () =>
    db
      .updateTable('head')
      .set((head) => ({ revision: head.ref('revision') }))
      .returningAll();
  const [head] = (await runKnown(db, 'hold head', hold, [])).rows;
  if (head === undefined) throw noHead();
  return head;
}

class Group {
  readonly #db: Transaction<Schema>;
  readonly #now: number;
  readonly #entries: JournalEntry[] = [];
  readonly #audit: AuditRow[] = [];
  #revision: number;
  #chain: Uint8Array;
  #sequence: number;
  #hash: Uint8Array;
  /** What is known of those who ask, until an operator is changed. */
  readonly #asking = new Map<string, Standing | undefined>();

  constructor(db: Transaction<Schema>, head: HeadRow, now: number) {
    this.#db = db;
    this.#now = now;
    this.#revision = head.revision;
    this.#chain = head.chain;
    this.#sequence = head.audit_sequence;
    this.#hash = head.audit_hash;
  }

  async add(write: Write): Promise<Outcome> {
    const refused = await this.#refusalOf(write);
    if (refused) {
      this.#record(write, { kind: refused });
      return { kind: refused };
    }
    if (write.idempotency !== undefined) {
      const repeated = await findRepeated(this.#db, write.idempotency, write.audit.at);
      if (repeated) return repeated;
    }
    const outcome = await this.#mutate(write);
    if (outcome.kind === 'done') await remember(this.#db, write);
    this.#record(write, outcome);
    return outcome;
  }

  async #refusalOf({ by, audit }: Write): Promise<Refusal | undefined> {
    if (by === null) return undefined;
    const standing = await this.#standingOf(by);
    // A new token may have waited long in line since it was ordered.
    if (!standing || statusOf(standing, Math.max(audit.at, this.#now)) !== 'active') return 'invalid_token';
    return by.roles.includes(standing.role) ? undefined : 'insufficient_scope';
  }

  async #standingOf(by: Asking): Promise<Standing | undefined> {
    const who = `${by.id} ${by.digest}`;
    if (!this.#asking.has(who)) this.#asking.set(who, await standingOf(this.#db, by));
    return this.#asking.get(who);
  }

  async #mutate({ mutation, audit }: Write): Promise<Outcome> {
    if (mutation.kind === 'none') return { kind: 'done', revision: null };
    const changes = await mutate(this.#db, mutation, { revision: this.#revision + 1, at: audit.at });
    if (typeof changes === 'string') return { kind: changes };
    if (mutation.kind.endsWith('operator')) this.#asking.clear();
    for (const change of changes) {
      const entry = entryOf(change, this.#chain);
      this.#entries.push(entry);
      this.#revision = entry.revision;
      this.#chain = entry.chain;
    }
    return { kind: 'done', revision: this.#revision };
  }

  #record({ audit }: Write, outcome: Outcome): void {
    const draft = outcome.kind === 'done' ? audit : { ...audit, outcome: outcome.kind };
    const row = auditRow(draft, this.#sequence + 1, this.#hash);
    this.#audit.push(row);
    this.#sequence = row.sequence;
    this.#hash = row.hash;
  }

  async finish(): Promise<readonly JournalEntry[]> {
    await insertRows(this.#db, 'journal', this.#entries.map(journalRow));
    await insertRows(this.#db, 'audit', this.#audit);
    const head = {
      revision: this.#revision,
      chain: this.#chain,
      audit_sequence: this.#sequence,
      audit_hash: this.#hash,
    };
    const update = () => this.#db.updateTable('head').set(head);
    await runKnown(this.#db, 'move head', update, Object.values(head));
    return this.#entries;
  }
}

/**
 * Makes all writes, in their order, in one transaction. What a write refuses concerns that write alone; whatever
 * is thrown undoes all of them. Whoever has ended by `now` may write no more.
 */
export function commitGroup(db: Kysely<Schema>, writes: readonly Write[], now: number): Promise<Committed> {
  return db.transaction().execute(async (transaction) => {
    const group = new Group(transaction, await holdHead(transaction), now);
    const outcomes: Outcome[] = [];
    for (const write of writes) outcomes.push(await group.add(write));
    return { outcomes, entries: await group.finish() };
  });
}

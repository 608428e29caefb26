import type { AuditEntry } from '@hallpass/core/audit';
import type { Head } from '@hallpass/core/change';
import type { TokenId } from '@hallpass/core/id';
import type { OperatorRecord, TokenRecord } from '@hallpass/core/record';
import type { Kysely } from 'kysely';
import type { Failure, GroupResult } from '../commit-queue.ts';
import { listAudit } from '../sql/audit.ts';
import { commitGroup } from '../sql/commit.ts';
import { readHead } from '../sql/head.ts';
import { findRepeated } from '../sql/idempotency.ts';
import { findPlace, listChanges, trimChanges } from '../sql/journal.ts';
import { readMeta, writeMeta } from '../sql/meta.ts';
import { listOperators, operatorByName } from '../sql/operators.ts';
import type { Schema } from '../sql/schema.ts';
import {
  listTokens,
  noteUses,
  tokenById,
  tokenByName,
  tokensAwaitingUse,
  tokensWithEndedValues,
} from '../sql/tokens.ts';
import type {
  Idempotency,
  JournalEntry,
  JournalWindow,
  Place,
  Repeated,
  TokenFilter,
  Use,
  Write,
} from '../store.ts';
import { type Connection, queriesOver } from './dialect.ts';
import { faultOf } from './faults.ts';
import { countValues, readPages } from './pages.ts';
import type { SnapshotStart, Snapshots } from './snapshots.ts';

/** What `load` emits: first the number of tokens, then batches of them. */
export type LoadPart = number | Uint8Array<ArrayBuffer>;

const MOST_ON_THE_WAY = 4;

export function failureOf(error: unknown): Failure {
  const { fault, message } = faultOf(error);
  return { kind: 'failed', fault, message };
}

/** The store's work on one connection, one call at a time. */
export class SqliteEngine {
  readonly #connection: Connection;
  readonly #db: Kysely<Schema>;
  readonly #snapshots: Snapshots;

  constructor(connection: Connection, snapshots: Snapshots) {
    this.#connection = connection;
    this.#snapshots = snapshots;
    this.#db = queriesOver(connection);
  }

  /** In one transaction if that goes well, else each write in its own, so that a bad one fails alone. */
  async commit(writes: readonly Write[], now: number): Promise<GroupResult> {
    try {
      const { outcomes, entries } = await commitGroup(this.#db, writes, now);
      return { results: outcomes, entries };
    } catch (error) {
      return writes.length === 1
        ? { results: [failureOf(error)], entries: [] }
        : this.#commitEach(writes, now);
    }
  }

  async #commitEach(writes: readonly Write[], now: number): Promise<GroupResult> {
    const groups: GroupResult[] = [];
    for (const write of writes) groups.push(await this.commit([write], now));
    return {
      results: groups.flatMap(({ results }) => results),
      entries: groups.flatMap(({ entries }) => entries),
    };
  }

  /**
   * Emits all values of all tokens, pausing this thread while more than a few batches are on their way: `taken` counts those
   * that have been dealt with, in memory shared with who takes them.
   */
  async load(taken: Int32Array<SharedArrayBuffer>, emit: (part: LoadPart) => void): Promise<Head> {
    emit(countValues(this.#connection));
    let sent = 0;
    for (const page of readPages(this.#connection)) {
      emit(page);
      sent++;
      for (let done = Atomics.load(taken, 0); sent - done >= MOST_ON_THE_WAY; done = Atomics.load(taken, 0)) {
        Atomics.wait(taken, 0, done);
      }
    }
    return readHead(this.#db);
  }

  readMeta(key: string): Promise<string | undefined> {
    return readMeta(this.#db, key);
  }

  writeMeta(key: string, value: string): Promise<void> {
    return writeMeta(this.#db, key, value);
  }

  findRepeated(idempotency: Idempotency, now: number): Promise<Repeated | undefined> {
    return findRepeated(this.#db, idempotency, now);
  }

  tokenByName(name: string): Promise<TokenRecord | undefined> {
    return tokenByName(this.#db, name);
  }

  tokenById(id: TokenId): Promise<TokenRecord | undefined> {
    return tokenById(this.#db, id);
  }

  listTokens(filter: TokenFilter, after: number, limit: number): Promise<TokenRecord[]> {
    return listTokens(this.#db, filter, after, limit);
  }

  tokensAwaitingUse(): Promise<TokenRecord[]> {
    return tokensAwaitingUse(this.#db);
  }

  tokensWithEndedValues(now: number, limit: number): Promise<TokenRecord[]> {
    return tokensWithEndedValues(this.#db, now, limit);
  }

  operatorByName(name: string): Promise<OperatorRecord | undefined> {
    return operatorByName(this.#db, name);
  }

  listOperators(): Promise<OperatorRecord[]> {
    return listOperators(this.#db);
  }

  listAudit(before: number | null, limit: number): Promise<AuditEntry[]> {
    return listAudit(this.#db, before, limit);
  }

  listChanges(after: number, limit: number): Promise<JournalEntry[]> {
    return listChanges(this.#db, after, limit);
  }

  readHead(): Promise<Head> {
    return readHead(this.#db);
  }

  findPlace(revision: number): Promise<Place> {
    return findPlace(this.#db, revision);
  }

  trimChanges(window: JournalWindow, limit: number): Promise<number> {
    return trimChanges(this.#db, window, limit);
  }

  async openSnapshot(): Promise<SnapshotStart> {
    return this.#snapshots.open();
  }

  async nextOfSnapshot(id: number): Promise<Uint8Array | undefined> {
    return this.#snapshots.next(id);
  }

  async endSnapshot(id: number): Promise<void> {
    this.#snapshots.end(id);
  }

  noteUses(uses: readonly Use[]): Promise<void> {
    return noteUses(this.#db, uses);
  }

  async close(): Promise<void> {
    this.#snapshots.close();
    try {
      this.#connection.exec('pragma wal_checkpoint(truncate)');
    } finally {
      await this.#db.destroy();
    }
  }
}
